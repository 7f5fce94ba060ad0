namespace Filmgate.Model.Identity;

/// <summary>The tenant that owns keys, tasks, limits and budget.</summary>
public readonly record struct AccountId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Names an API key without being the secret.</summary>
public readonly record struct KeyId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One generation request. Opaque to clients; ours sort by creation time.</summary>
public readonly record struct TaskId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One submission of a task to one provider.</summary>
public readonly record struct AttemptId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A stored clip with its poster.</summary>
public readonly record struct ClipId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A picture sent ahead of the tasks that will use it.</summary>
public readonly record struct UploadId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One webhook event, or one such event on its way to one receiver. Of a callback both are the same.</summary>
public readonly record struct DeliveryId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A webhook endpoint of an account.</summary>
public readonly record struct EndpointId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A task together with the account that owns it: there is no look-up by task id alone.</summary>
public readonly record struct TaskKey(AccountId Account, TaskId Task)
{
    private const char Separator = '/';

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text has no separator.</exception>
    public static TaskKey Parse(string text) =>
        TryParse(text, out var key) ? key : throw new FormatException($"'{text}' is not account{Separator}task.");

    /// <summary>Reads what <see cref="ToString"/> wrote, if it is that.</summary>
    public static bool TryParse(string text, out TaskKey key)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.IndexOf(Separator, StringComparison.Ordinal);
        key = at > 0 ? new TaskKey(new AccountId(text[..at]), new TaskId(text[(at + 1)..])) : default;
        return at > 0;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Account}{Separator}{Task}";
}
