using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Filmgate.Torture.Books;
using Filmgate.Torture.Driver;
using Filmgate.Torture.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Filmgate.Torture.Receiver;

/// <summary>The receiver as a process: takes webhooks, checks what is signed, notes each in its book, and refuses some by the seed.</summary>
internal static class ReceiverProcess
{
    /// <summary>The word that starts it.</summary>
    public const string Command = "receiver";

    /// <summary>Where webhooks of a surface for a number are taken.</summary>
    public static string PathOf(string surface, int number) => $"/hook/{surface}/{number}";

    /// <summary>Runs until standard input ends.</summary>
    public static async Task<int> RunAsync(string bookPath, int seed)
    {
        using var book = new Book(bookPath);
        var trigger = new Trigger(TimeProvider.System);
        var hook = new Hook(book, trigger, seed, TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Use(next => connection => ConnectAsync(connection, next, trigger))));
        var app = builder.Build();
        app.MapPost("/hook/{surface}/{number:int}", (HttpContext context, string surface, int number) => hook.TakeAsync(context, surface, number));
        await app.StartAsync();
        Console.Out.WriteLine($"Listening on {app.Urls.First()}");

        await Orders.TakeAsync(trigger, hook.CheckBy);
        await app.DisposeAsync();
        return 0;
    }

    private static async Task ConnectAsync(ConnectionContext connection, ConnectionDelegate next, Trigger trigger)
    {
        if (trigger.IsArmedFor(KillPoint.ReceiverConnect)
            && await trigger.PassAsync(KillPoint.ReceiverConnect, trigger.PeerAt(((IPEndPoint)connection.RemoteEndPoint!).Port, ((IPEndPoint)connection.LocalEndPoint!).Port)))
        {
            connection.Abort();
            return;
        }

        await next(connection);
    }

    private sealed class Hook(Book book, Trigger trigger, int seed, TimeProvider time)
    {
        private const string SecretPrefix = "whsec_";

        private readonly ConcurrentDictionary<string, int> _seen = new(StringComparer.Ordinal);
        private volatile byte[] _secret = [];

        public void CheckBy(string secret) => _secret = Convert.FromBase64String(secret[SecretPrefix.Length..]);

        public async Task TakeAsync(HttpContext context, string surface, int number)
        {
            PeerProcess.Note(context, trigger);
            using var buffer = new MemoryStream();
            await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
            var body = buffer.ToArray();
            var id = context.Request.Headers["webhook-id"].ToString();
            var (refusals, wait) = Mood(id);
            var status = _seen.AddOrUpdate(id, 1, (_, times) => times + 1) <= refusals ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            await Task.Delay(wait, time);
            book.Write(new DeliveryLine(number, id, StateIn(body), surface == Surfaces.Replicate ? Verdict(context.Request.Headers, id, body) : "none", status));
            await trigger.PassAsync(KillPoint.WebhookReceived, PeerProcess.Of(context));
            context.Response.StatusCode = status;
            if (trigger.IsArmedFor(KillPoint.ReceiverConnect))
            {
                // Connections are kept, and this point needs a new one.
                context.Response.Headers.Connection = "close";
            }

            await context.Response.CompleteAsync();
            if (status == StatusCodes.Status200OK)
            {
                await trigger.PassAsync(KillPoint.WebhookAnswered, PeerProcess.Of(context));
            }
        }

        // By the event's own id, so that a run with the same events refuses the same way however often each is sent.
        private (int Refusals, TimeSpan Wait) Mood(string id)
        {
            var chance = new Random(unchecked(seed + BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(id)))));
            var refusals = chance.Next(20) switch { < 15 => 0, < 18 => 1, _ => 2 };
            return (refusals, TimeSpan.FromMilliseconds(chance.Next(10) == 0 ? chance.Next(300, 1500) : chance.Next(0, 20)));
        }

        private string Verdict(IHeaderDictionary headers, string id, byte[] body)
        {
            var mac = HMACSHA256.HashData(_secret, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{headers["webhook-timestamp"]}."), .. body]);
            return headers["webhook-signature"] == "v1," + Convert.ToBase64String(mac) ? "right" : "wrong";
        }

        private static string StateIn(byte[] body)
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            return root.TryGetProperty("data", out var data) ? data.GetProperty("state").GetString()!
                : root.GetProperty("status").GetString() == "succeeded" ? "success" : root.GetProperty("status").GetString() is "failed" or "canceled" ? "failed"
                : "open";
        }
    }
}
