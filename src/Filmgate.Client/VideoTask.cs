using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Filmgate.Client;

/// <summary>
/// A request for a clip on its way: an object that can be asked how it stands, waited for, and told to hand over the
/// clip. Its properties are what the last read said; one task is not to be used by two threads at once.
/// </summary>
public class VideoTask
{
    private const double PollGrowth = 1.25;

    private readonly FilmgateClient _client;
    private bool _statusOnly;

    internal VideoTask(FilmgateClient client, string id, string? rawResponse)
    {
        _client = client;
        Id = id;
        RawResponse = rawResponse;
        State = VideoTaskState.Pending;
    }

    /// <summary>Names the task; enough to <see cref="FilmgateClient.Rehydrate"/> it elsewhere. Opaque.</summary>
    public string Id { get; }

    /// <summary>Where it stands.</summary>
    public VideoTaskState State { get; private set; }

    /// <summary>Percent done, 0 to 100; null when the server does not tell.</summary>
    public double? Progress { get; private set; }

    /// <summary>When it was accepted; null before the first read.</summary>
    public DateTimeOffset? CreatedAt { get; private set; }

    /// <summary>When it became final; null before.</summary>
    public DateTimeOffset? CompletedAt { get; private set; }

    /// <summary>Time the work took; null until it is final, and on servers that do not tell.</summary>
    public TimeSpan? CostTime { get; private set; }

    /// <summary>Why it failed, as a code such as <c>CONTENT_VIOLATION</c>; null unless it failed.</summary>
    public string? FailCode { get; private set; }

    /// <summary>Why it failed, as a sentence; null unless it failed.</summary>
    public string? FailMessage { get; private set; }

    /// <summary>Addresses of the result; empty before success. Download at once: they expire.</summary>
    public IReadOnlyList<string> ResultUrls { get; private set; } = [];

    /// <summary>Address of a still from the clip; null when the server has none.</summary>
    public string? PosterUrl { get; private set; }

    /// <summary>What the server measured of the clip; null before success, and on servers that do not tell.</summary>
    public VideoClip? Clip { get; private set; }

    /// <summary>What was asked for; null on servers that do not tell.</summary>
    public VideoInput? Input { get; private set; }

    /// <summary>What it has cost so far, in US dollars; null on servers that do not tell.</summary>
    public decimal? Cost { get; private set; }

    /// <summary>What is held for it until it ends, in US dollars; null when it has ended, and on servers that do not tell.</summary>
    public decimal? Held { get; private set; }

    /// <summary>When somebody wished to cancel it; null when nobody did.</summary>
    public DateTimeOffset? CancelRequestedAt { get; private set; }

    /// <summary>Where it came from, as its creator said; null when nothing was said.</summary>
    public string? Source { get; private set; }

    /// <summary>What its creator noted, by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <summary>The submissions to providers, oldest first; empty on servers that do not tell.</summary>
    public IReadOnlyList<VideoAttempt> Attempts { get; private set; } = [];

    /// <summary>The last answer about this task as it came, with whatever this version has no property for; null before the first.</summary>
    public string? RawResponse { get; private set; }

    /// <summary>Asks once how the task stands, and updates the properties.</summary>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="FilmgateException">The task is unknown, or the server was not reached in several tries.</exception>
    public virtual async Task UpdateAsync(CancellationToken cancellationToken = default)
    {
        (var answer, _statusOnly) = await _client.ReadTaskAsync(Id, _statusOnly, cancellationToken);
        Take(answer.Data(TaskApiJson.Wire.TaskData), answer.Text);
    }

    /// <summary>
    /// Wishes that the task end. A task at a provider ends when the provider does, which <see cref="WaitForCompletionAsync"/> waits for; the
    /// properties of this object stay what the last read said. Wishing again changes nothing.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting for the answer; the server may have done it all the same.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="FilmgateException">The task is unknown, the server cannot cancel, or it was not reached in several tries.</exception>
    public virtual Task<VideoCancellation> CancelAsync(CancellationToken cancellationToken = default) => _client.CancelTaskAsync(Id, cancellationToken);

    /// <summary>
    /// Waits until the task is final, whether by success or by failure, and looks less and less often meanwhile.
    /// Cancelling the wait does not cancel the task.
    /// </summary>
    /// <param name="progress">Told of every look, with this task.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>This task, final.</returns>
    /// <exception cref="FilmgateException">The task is unknown, or the server was not reached in several tries.</exception>
    public virtual async Task<VideoTask> WaitForCompletionAsync(IProgress<VideoTask>? progress = null, CancellationToken cancellationToken = default)
    {
        var options = _client.Connection.Options;
        for (var interval = options.PollIntervalMin; ; interval = Shorter(interval * PollGrowth, options.PollIntervalMax))
        {
            await UpdateAsync(cancellationToken);
            progress?.Report(this);
            if (State.IsTerminal)
            {
                return this;
            }

            await Task.Delay(interval, options.Time, cancellationToken);
        }
    }

    /// <summary>
    /// This task after each change, until it is final: the server tells, and nobody looks in vain. Connections that break are opened anew. On
    /// servers that have no streams it looks as <see cref="WaitForCompletionAsync"/> does. To stop is not to cancel the task.
    /// </summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>This task again and again, each time as it is then; the last time final.</returns>
    /// <exception cref="FilmgateException">The task is unknown, or the server was not reached in several tries.</exception>
    public virtual async IAsyncEnumerable<VideoTask> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var isStreamed = true;
        await using (var events = _client.StreamTask(Id).ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken))
        {
            while (true)
            {
                try
                {
                    if (!await events.MoveNextAsync())
                    {
                        break;
                    }
                }
                catch (FilmgateException exception) when (exception.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.OK)
                {
                    // Either the task is unknown or this server has no streams; a look tells which.
                    isStreamed = false;
                    break;
                }

                Take(events.Current.Data);
                yield return this;
            }
        }

        for (var interval = _client.Connection.Options.PollIntervalMin; !isStreamed; interval = Shorter(interval * PollGrowth, _client.Connection.Options.PollIntervalMax))
        {
            await UpdateAsync(cancellationToken);
            yield return this;
            if (State.IsTerminal)
            {
                yield break;
            }

            await Task.Delay(interval, _client.Connection.Options.Time, cancellationToken);
        }
    }

    /// <summary>Copies the clip into a stream. A failure half way leaves what was copied, so there is no second try.</summary>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="cancellationToken">Stops copying.</param>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="FilmgateException">There is no clip, or it could not be copied whole.</exception>
    public virtual async Task<long> DownloadAsync(Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var length = await _client.Connection.CopyAsync(ResultUrl(), destination, cancellationToken);
        CheckLength(length);
        return length;
    }

    /// <summary>
    /// Copies the clip into a file. The file appears under its name only when it is whole; it replaces an older one. A
    /// copy that breaks is begun again.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="cancellationToken">Stops copying.</param>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="FilmgateException">There is no clip, or it could not be copied whole.</exception>
    public virtual async Task<long> DownloadAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var url = ResultUrl();

        // In the same folder, because only there a rename is one step.
        var unfinished = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            var length = await _client.Connection.RetryAsync(
                async () =>
                {
                    await using var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None);
                    var copied = await _client.Connection.CopyAsync(url, file, cancellationToken);
                    CheckLength(copied);
                    return copied;
                },
                cancellationToken);
            File.Move(unfinished, path, overwrite: true);
            return length;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Id} {State}";

    /// <summary>Makes the properties what an answer says.</summary>
    /// <exception cref="FilmgateException">It names no state.</exception>
    internal void Take(TaskData data, string rawResponse)
    {
        RawResponse = rawResponse;
        State = data.State is { Length: > 0 } state
            ? new(state)
            : throw new FilmgateException("The server's answer names no state.", HttpStatusCode.OK) { RawResponse = rawResponse };
        Progress = data.Progress;
        CreatedAt = Moment(data.CreateTime);
        CompletedAt = Moment(data.CompleteTime);
        CostTime = data.CostTime is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
        FailCode = data.FailCode;
        FailMessage = data.FailMsg;
        ResultUrls = data.ResultUrls ?? UrlsWithin(data.ResultJson);
        PosterUrl = data.PosterUrl;
        Clip = data.Clip is { } clip ? new(clip.Width, clip.Height, clip.Duration, clip.Frames, clip.Bytes) : null;
        Input = data.Input is { } input ? InputOf(input) : null;
        Cost = data.Cost;
        Held = data.Hold;
        CancelRequestedAt = Moment(data.CancelRequestedTime);
        Source = data.Source;
        Metadata = data.Metadata ?? [];
        Attempts = [.. (data.Attempts ?? []).Select(AttemptOf)];
    }

    private void Take(byte[] json)
    {
        try
        {
            Take(JsonSerializer.Deserialize(json, TaskApiJson.Wire.TaskData)!, Encoding.UTF8.GetString(json));
        }
        catch (JsonException exception)
        {
            throw new FilmgateException("The server's stream holds something else than a task.", null, exception);
        }
    }

    private static VideoInput InputOf(InputData input) => new()
    {
        Mode = input.Mode is { } mode ? new VideoMode(mode) : null,
        Prompt = input.Prompt,
        NegativePrompt = input.NegativePrompt,
        DurationSeconds = input.Duration,
        ImageUrls = input.ImageUrls ?? [],
        AspectRatio = input.AspectRatio,
        CfgScale = input.CfgScale,
        Provider = input.Provider,
    };

    private static VideoAttempt AttemptOf(AttemptData attempt) => new(attempt.Id, attempt.Provider, attempt.State)
    {
        Number = attempt.Number,
        Reason = attempt.Reason,
        PreparedAt = Moment(attempt.PreparedTime),
        SentAt = Moment(attempt.SentTime),
        AcceptedAt = Moment(attempt.AcceptedTime),
        EndedAt = Moment(attempt.EndedTime),
    };

    private static DateTimeOffset? Moment(long? unixMilliseconds) =>
        unixMilliseconds is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static string[] UrlsWithin(string? resultJson)
    {
        try
        {
            return resultJson is null ? [] : JsonSerializer.Deserialize(resultJson, TaskApiJson.Wire.ResultJsonData)?.ResultUrls ?? [];
        }
        catch (JsonException)
        {
            // A result that cannot be read is a result without an address; the text stays reachable in RawResponse.
            return [];
        }
    }

    private string ResultUrl() => this switch
    {
        { State: var state } when state == VideoTaskState.Failed =>
            throw new FilmgateException($"The task failed: {FailMessage ?? "no reason was given"}", HttpStatusCode.OK) { FailCode = FailCode, RawResponse = RawResponse },
        { State.IsTerminal: false } => throw new InvalidOperationException($"Task {Id} is {State}: wait for its completion before the download."),
        { ResultUrls: [var url, ..] } => url,
        _ => throw new FilmgateException("The task succeeded, but the server named no address of a clip.", HttpStatusCode.OK) { RawResponse = RawResponse },
    };

    private void CheckLength(long length)
    {
        if (Clip is { Length: > 0 and var told } && told != length)
        {
            throw new FilmgateException($"The download has {length} bytes, but the server measured {told}.");
        }
    }
}
