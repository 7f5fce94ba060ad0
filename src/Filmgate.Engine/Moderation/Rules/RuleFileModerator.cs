using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Moderation.Rules;

/// <summary>
/// Judges by the terms and patterns of a file that the operator writes. The file is looked at before each use and read again when it
/// has changed; one that has become wrong changes nothing until it is right again.
/// </summary>
public sealed partial class RuleFileModerator : IModerator
{
    private readonly string _path;
    private readonly ILogger<RuleFileModerator> _log;
    private readonly Lock _reading = new();
    private volatile Loaded _loaded;

    private RuleFileModerator(string path, Loaded loaded, ILogger<RuleFileModerator> log)
    {
        _path = path;
        _loaded = loaded;
        _log = log;
    }

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="log">Told of later changes, good and bad.</param>
    /// <exception cref="InvalidDataException">It cannot be used; the message names every fault with its line.</exception>
    public static RuleFileModerator Open(string path, ILogger<RuleFileModerator> log)
    {
        var stamp = Stamp.Of(path);
        var rules = RuleFile.TryRead(path, out var errors);
        return rules is null
            ? throw new InvalidDataException($"The moderation rules cannot be used: {string.Join(' ', errors)}")
            : new RuleFileModerator(path, new Loaded(rules, stamp), log);
    }

    /// <inheritdoc/>
    public ValueTask<ModerationVerdict> JudgeAsync(ModerationCase request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return ValueTask.FromResult(Current().Judge(request));
        }
        catch (RegexMatchTimeoutException)
        {
            return ValueTask.FromResult<ModerationVerdict>(new ModerationVerdict.Unavailable("A pattern of the rule file took too long."));
        }
    }

    private ModerationRules Current()
    {
        var stamp = Stamp.Of(_path);
        if (stamp == _loaded.Stamp)
        {
            return _loaded.Rules;
        }

        lock (_reading)
        {
            if (stamp != _loaded.Stamp)
            {
                var rules = RuleFile.TryRead(_path, out var errors);
                if (rules is null)
                {
                    var faults = string.Join(' ', errors);
                    LogKept(faults);
                }
                else
                {
                    LogReloaded(rules.Count);
                }

                // The stamp was taken before the file was read, so a change in between is seen next time. A bad file is noted too: it is
                // reported once, not with every task.
                _loaded = new Loaded(rules ?? _loaded.Rules, stamp);
            }

            return _loaded.Rules;
        }
    }

    private sealed record Loaded(ModerationRules Rules, Stamp Stamp);

    // A file that is missing has a stamp as well: the year 1601.
    private readonly record struct Stamp(DateTime WrittenAt, long Length)
    {
        public static Stamp Of(string path)
        {
            var file = new FileInfo(path);
            return new Stamp(file.LastWriteTimeUtc, file.Exists ? file.Length : -1);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The moderation rules were read again: {Categories} categories.")]
    private partial void LogReloaded(int categories);

    [LoggerMessage(Level = LogLevel.Error, Message = "The moderation rules have changed but cannot be used, so the old ones stay: {Faults}")]
    private partial void LogKept(string faults);
}
