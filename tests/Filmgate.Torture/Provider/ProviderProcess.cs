using System.Net;
using System.Security.Cryptography;
using Filmgate.Dialects.Http;
using Filmgate.Dialects.Kling;
using Filmgate.Dialects.Replicate;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Torture.Books;
using Filmgate.Torture.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Filmgate.Torture.Provider;

/// <summary>The provider as a process: our inbound Kling and Replicate over a desk of jobs, and a file server for their clips.</summary>
internal static class ProviderProcess
{
    /// <summary>The word that starts it.</summary>
    public const string Command = "provider";

    /// <summary>The word for a provider that holds every job until it is told to let go.</summary>
    public const string Holding = "holding";

    /// <summary>Runs until standard input ends.</summary>
    public static async Task<int> RunAsync(string bookPath, string clipFolder, int seed, bool holds)
    {
        using var book = new Book(bookPath);
        var trigger = new Trigger(TimeProvider.System);
        var ids = new IdSource(TimeProvider.System, bytes => RandomNumberGenerator.Fill(bytes));
        var requests = new HttpContextAccessor();
        var clips = new ClipShelf(
            await File.ReadAllBytesAsync(ClipFile.PathIn(clipFolder, isFromPicture: false)), await File.ReadAllBytesAsync(ClipFile.PathIn(clipFolder, isFromPicture: true)));
        using var callbacks = new CallbackSender(trigger, ids, TimeProvider.System);
        var desk = new JobDesk(book, trigger, clips, seed, holds, ids, requests, callbacks, TimeProvider.System);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Use(next => connection => ConnectAsync(connection, next, trigger)));
        });
        builder.Services.AddSingleton<IHttpContextAccessor>(requests)
            .AddSingleton<ITaskDesk>(desk).AddSingleton<IKeyRing>(desk).AddSingleton<IRateGate>(desk).AddSingleton<ICallbackSecrets>(desk).AddSingleton<IPublicAddress>(desk)
            .AddSingleton<IUploadDesk, NoUploads>().AddSingleton(TimeProvider.System).AddSingleton<ErrorForms>()
            .AddKling().AddReplicate();
        var app = builder.Build();
        app.Use((context, next) => WatchAsync(context, next, trigger));
        app.MapKling();
        app.MapReplicate();
        app.MapGet("/clips/{job}.mp4", (HttpContext context, string job) => SendClipAsync(context, desk.ClipOf(job), trigger));
        await app.StartAsync();
        desk.ListenAt(app.Urls.First());
        Console.Out.WriteLine($"Listening on {app.Urls.First()}");

        await Orders.TakeAsync(trigger, letGo: desk.LetGo);
        await app.DisposeAsync();
        return 0;
    }

    private static async Task ConnectAsync(ConnectionContext connection, ConnectionDelegate next, Trigger trigger)
    {
        if (trigger.IsArmedFor(KillPoint.ProviderConnect)
            && await trigger.PassAsync(KillPoint.ProviderConnect, trigger.PeerAt(((IPEndPoint)connection.RemoteEndPoint!).Port, ((IPEndPoint)connection.LocalEndPoint!).Port)))
        {
            connection.Abort();
            return;
        }

        await next(connection);
    }

    private static async Task WatchAsync(HttpContext context, RequestDelegate next, Trigger trigger)
    {
        PeerProcess.Note(context, trigger);
        var peer = PeerProcess.Of(context);

        // A job is accepted at the last byte of its body. What ends before is none.
        if (HttpMethods.IsPost(context.Request.Method) && context.Request.ContentLength > 0 && trigger.Take(KillPoint.SubmissionHalfSent, peer) is { } arming)
        {
            var half = new byte[Math.Max(1, context.Request.ContentLength.Value * arming.Percent / 100)];
            await context.Request.Body.ReadAtLeastAsync(half, half.Length, throwOnEndOfStream: false);
            await trigger.PullAsync(arming, peer);
            context.Abort();
            return;
        }

        await next(context);
        var point = context.Items.ContainsKey(JobDesk.CreatesMark) ? KillPoint.SubmissionAnswered
            : context.Items.ContainsKey(JobDesk.SaysDoneMark) ? KillPoint.ReadSaysDone
            : (KillPoint?)null;
        if (point is { } reached)
        {
            await context.Response.CompleteAsync();
            await trigger.PassAsync(reached, peer);
        }
    }

    private static async Task SendClipAsync(HttpContext context, byte[]? clip, Trigger trigger)
    {
        if (clip is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = "video/mp4";
        context.Response.ContentLength = clip.Length;
        var peer = PeerProcess.Of(context);
        if (trigger.Take(KillPoint.ClipHalfFetched, peer) is { } arming)
        {
            await context.Response.Body.WriteAsync(clip.AsMemory(0, clip.Length * arming.Percent / 100));
            await context.Response.Body.FlushAsync();
            await trigger.PullAsync(arming, peer);
            context.Abort();
            return;
        }

        await context.Response.Body.WriteAsync(clip);
        await context.Response.CompleteAsync();
        await trigger.PassAsync(KillPoint.ClipFetched, peer);
    }
}
