using System.Globalization;
using System.Text.Json;

namespace Filmgate.EndToEnd.Events;

/// <summary>An event as it came.</summary>
internal sealed record Told(string? Id, string? Type, string Data)
{
    public JsonElement Json => JsonElement.Parse(Data);
}

/// <summary>Reads server-sent events with its own hands, line by line, and keeps comments apart.</summary>
internal sealed class EventReader(HttpResponseMessage response, StreamReader lines) : IDisposable
{
    public HttpResponseMessage Response => response;

    public List<string> Comments { get; } = [];

    /// <summary>Opens a stream; any status is taken.</summary>
    public static async Task<EventReader> OpenAsync(HttpClient client, string address, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (lastId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new EventReader(response, new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>The next event with data; null when the stream has ended.</summary>
    public async Task<Told?> NextAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        string? id = null, type = null, data = null;
        while (await lines.ReadLineAsync(patience.Token) is { } line)
        {
            switch (line.Split(": ", 2))
            {
                case [""] when data is not null:
                    return new Told(id, type, data);
                case ["id", var text]:
                    id = text;
                    break;
                case ["event", var text]:
                    type = text;
                    break;
                case ["data", var text]:
                    data = data is null ? text : throw new InvalidOperationException("An event has one line of data.");
                    break;
                case ["retry", var text]:
                    Assert.True(int.Parse(text, CultureInfo.InvariantCulture) > 0);
                    break;
                case [""]:
                    break;
                default:
                    Assert.StartsWith(":", line, StringComparison.Ordinal);
                    Comments.Add(line);
                    break;
            }
        }

        return null;
    }

    /// <summary>The next event, which there must be.</summary>
    public async Task<Told> MustNextAsync()
    {
        var told = await NextAsync();
        Assert.NotNull(told);
        return told;
    }

    /// <summary>All that is left, as text.</summary>
    public Task<string> RestAsync() => lines.ReadToEndAsync(TestContext.Current.CancellationToken);

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }
}
