using System.Net.Http.Headers;
using Filmgate.Dialects.Kling;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Torture.Faults;

namespace Filmgate.Torture.Provider;

/// <summary>Posts the ends of jobs as the vendors do: in the dialect's own words, signed, and again while nobody takes them.</summary>
internal sealed class CallbackSender(Trigger trigger, IdSource ids, TimeProvider time) : IDisposable
{
    private const int TriesMax = 12;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(700);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Posts until it is taken, or gives up.</summary>
    public async Task PostAsync(TaskDetails job, string url, JobDesk desk)
    {
        ICallbackFormat format = job.Task.Dialect == "kling" ? new CallbackFormat(desk) : new Dialects.Replicate.CallbackFormat(desk, desk);
        var id = ids.NewDelivery();
        var body = format.Render(TaskEvents.Completed, job);
        for (var tries = 0; tries < TriesMax; tries++)
        {
            if (await TryPostAsync(format, new OutgoingCallback(id, job.Task.Key, body, time.GetUtcNow()), url))
            {
                return;
            }

            await Task.Delay(Pause, time);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<bool> TryPostAsync(ICallbackFormat format, OutgoingCallback callback, string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(callback.Body.ToArray()) };
        foreach (var (name, value) in format.Headers(callback))
        {
            if (name == "Content-Type")
            {
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        try
        {
            var sending = _http.SendAsync(request);
            if (trigger.Take(KillPoint.CallbackReceived) is { } arming)
            {
                await trigger.PullAsync(arming);
            }

            using var answer = await sending;
            return answer.IsSuccessStatusCode;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
