using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Filmgate.EndToEnd.Clients;

namespace Filmgate.EndToEnd.Events;

/// <summary><c>tests/clients/receiver.mjs</c> in a process of its own, with one line of JSON for each post that it got.</summary>
internal sealed class ReceiverProcess : IAsyncDisposable
{
    private readonly ClientFolder _folder;
    private readonly Process _process;
    private readonly ConcurrentQueue<JsonElement> _posts = new();
    private Task _reading = Task.CompletedTask;

    private ReceiverProcess(ClientFolder folder, Process process) => (_folder, _process) = (folder, process);

    /// <summary>Where it takes posts.</summary>
    public string Url { get; private set; } = "";

    /// <summary>What it got and answered, in order.</summary>
    public IReadOnlyList<JsonElement> Posts => [.. _posts];

    /// <summary>Starts one and waits until it listens.</summary>
    public static async Task<ReceiverProcess> StartAsync(string secret, TimeSpan patience)
    {
        var folder = ClientFolder.Make(page: null, address: "");
        var start = new ProcessStartInfo("node", ["receiver.mjs"]) { WorkingDirectory = folder.Path, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["FILMGATE_WEBHOOK_SECRET"] = secret;
        var receiver = new ReceiverProcess(folder, Process.Start(start)!);
        var first = await receiver._process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(patience);
        Assert.NotNull(first);
        receiver.Url = $"http://127.0.0.1:{JsonElement.Parse(first).GetProperty("port").GetInt32()}/hook";
        receiver._reading = receiver.ReadAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
        _folder.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _posts.Enqueue(JsonElement.Parse(line));
        }
    }
}
