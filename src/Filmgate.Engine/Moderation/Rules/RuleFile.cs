namespace Filmgate.Engine.Moderation.Rules;

/// <summary>Reads a rule file. Every fault is named with its line; all of them are found in one go, as far as the text is JSON.</summary>
public static class RuleFile
{
    /// <summary>Largest rule file, in bytes.</summary>
    public const long LengthMax = 4 * 1024 * 1024;

    /// <summary>What is wrong with a rule file; empty when it can be used.</summary>
    /// <param name="path">The file.</param>
    public static IReadOnlyList<string> Check(string path)
    {
        TryRead(path, out var errors);
        return errors;
    }

    /// <summary>Reads the file; null when anything is wrong with it.</summary>
    internal static ModerationRules? TryRead(string path, out IReadOnlyList<string> errors)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > LengthMax)
            {
                errors = [$"'{path}' has {file.Length} bytes; a rule file may have {LengthMax}."];
                return null;
            }

            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            var rules = Parse(bytes, out errors);
            errors = [.. errors.Select(error => $"'{path}', {error}")];
            return rules;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors = [$"'{path}' cannot be read: {error.Message}"];
            return null;
        }
    }

    /// <summary>Reads the text of a rule file; null when anything is wrong with it.</summary>
    internal static ModerationRules? Parse(ReadOnlySpan<byte> utf8, out IReadOnlyList<string> errors)
    {
        var reader = new RuleFileReader(utf8);
        var rules = reader.Read();
        errors = reader.Errors;
        return rules;
    }
}
