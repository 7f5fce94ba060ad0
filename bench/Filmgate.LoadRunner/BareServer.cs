using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Filmgate.LoadRunner;

/// <summary>What Kestrel itself can do: two endpoints that answer given bytes, with no key, no store and no log.</summary>
internal static class BareServer
{
    public const string ReadPath = "/read";
    public const string CreatePath = "/create";
    private const int BufferBytes = 16 * 1024;

    /// <summary>Runs until the process is ended.</summary>
    public static async Task RunAsync(FileInfo readAnswer, FileInfo createAnswer)
    {
        var read = await File.ReadAllBytesAsync(readAnswer.FullName);
        var created = await File.ReadAllBytesAsync(createAnswer.FullName);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        await using var app = builder.Build();
        app.MapGet(ReadPath, (RequestDelegate)(context => Answer(context.Response, read)));
        app.MapPost(CreatePath, (RequestDelegate)(async context =>
        {
            var buffer = new byte[BufferBytes];
            while (await context.Request.Body.ReadAsync(buffer) > 0)
            {
            }

            await Answer(context.Response, created);
        }));
        await app.StartAsync();
        Console.Out.WriteLine($"Listening on {app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}");
        await app.WaitForShutdownAsync();
    }

    private static Task Answer(HttpResponse response, byte[] body)
    {
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, 0, body.Length);
    }
}
