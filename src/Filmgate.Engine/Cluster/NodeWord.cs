namespace Filmgate.Engine.Cluster;

/// <summary>What nodes tell one another. A kind that a newer node made is no word to an older one.</summary>
public enum NodeWordKind
{
    /// <summary>A task has changed.</summary>
    Task = 1,

    /// <summary>Deliveries may be due.</summary>
    Deliveries = 2,

    /// <summary>A destination has changed.</summary>
    Destination = 3,
}

/// <summary>One word.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Subject">To whom: a task's key, a destination, or nothing.</param>
public readonly record struct NodeWord(NodeWordKind Kind, string Subject)
{
    /// <summary>Writes it: <c>node kind subject</c>.</summary>
    public string Write(string node) => $"{node} {(int)Kind} {Subject}";

    /// <summary>Reads it; null for what is none, or of a kind that is not known here.</summary>
    public static NodeWord? Read(string text, out string node)
    {
        ArgumentNullException.ThrowIfNull(text);
        node = "";
        if (text.Split(' ', 3) is not [var sender, var number, var subject] || !int.TryParse(number, out var kind) || !Enum.IsDefined((NodeWordKind)kind))
        {
            return null;
        }

        node = sender;
        return new NodeWord((NodeWordKind)kind, subject);
    }
}
