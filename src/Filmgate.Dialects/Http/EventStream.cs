using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Filmgate.Dialects.Http;

/// <summary>One server-sent event.</summary>
/// <param name="Id">What a client names to go on behind it; one line.</param>
/// <param name="Type">What it is called; one line. Null for one that only tells where the client stands, and that no client shows.</param>
/// <param name="Data">One line of UTF-8.</param>
internal readonly record struct StreamedEvent(string Id, string? Type, ReadOnlyMemory<byte> Data);

/// <summary>
/// Answers with server-sent events until there are none, the caller leaves or may listen no longer, or the gateway ends. An event is taken only when
/// the one before has gone to the connection, so a slow reader holds up nobody but itself and nothing piles up for it here.
/// Source: the HTML standard, server-sent events.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="stopping">Set when the gateway is about to end.</param>
internal sealed class EventStream(TimeProvider time, CancellationToken stopping)
{
    /// <summary>How long the connection may be quiet.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>The content type.</summary>
    public const string ContentType = "text/event-stream";

    /// <summary>The header by which a client says which event it got last.</summary>
    public const string LastId = "Last-Event-ID";

    /// <summary>Answers.</summary>
    /// <param name="context">The request.</param>
    /// <param name="listen">What happens, until the token is set.</param>
    /// <param name="ended">Set when the caller may listen no longer.</param>
    public async Task WriteAsync(HttpContext context, Func<CancellationToken, IAsyncEnumerable<StreamedEvent>> listen, CancellationToken ended)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping, ended);
        var response = context.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";

        // Proxies that gather answers would hold each event back until there are many.
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var happenings = listen(end.Token).GetAsyncEnumerator(end.Token);
        var next = Task.FromResult(false);
        try
        {
            // A client that is cut off comes back so soon.
            response.BodyWriter.Write("retry: 2000\n\n"u8);
            do
            {
                next = happenings.MoveNextAsync().AsTask();
                while (!next.IsCompleted)
                {
                    await FlushAsync(response, end.Token);
                    if (await IsQuietAsync(next, end.Token))
                    {
                        response.BodyWriter.Write(": still here\n\n"u8);
                    }
                }

                if (await next)
                {
                    Write(response.BodyWriter, happenings.Current);
                }
            }
            while (await next && await FlushAsync(response, end.Token));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The caller has left or may listen no longer, or comes back to the gateway that starts next.
        }
        finally
        {
            await end.CancelAsync();
            await next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            await happenings.DisposeAsync();
        }
    }

    // True after a heartbeat's time without news.
    private async Task<bool> IsQuietAsync(Task next, CancellationToken end)
    {
        try
        {
            await next.WaitAsync(Heartbeat, time, end);
            return false;
        }
        catch (TimeoutException) when (!next.IsFaulted)
        {
            return true;
        }
    }

    private static async ValueTask<bool> FlushAsync(HttpResponse response, CancellationToken end) => !(await response.BodyWriter.FlushAsync(end)).IsCompleted;

    private static void Write(IBufferWriter<byte> writer, in StreamedEvent happened)
    {
        writer.Write("id: "u8);
        Encoding.UTF8.GetBytes(happened.Id, writer);
        if (happened.Type is { } type)
        {
            writer.Write("\nevent: "u8);
            Encoding.UTF8.GetBytes(type, writer);
            writer.Write("\ndata: "u8);
            writer.Write(happened.Data.Span);
        }

        writer.Write("\n\n"u8);
    }
}
