using System.Text;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd;

/// <summary>What must not be written anywhere: keys nowhere, prompts and signatures in no log.</summary>
public sealed class SecretTests : IDisposable
{
    private const string Marker = "zanzibar-marker-7391";
    private const string TypedKey = "fg_test_mistyped-key-000011112222";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Logs_hold_no_key_no_prompt_and_no_signature_and_the_data_hold_no_key()
    {
        await using var site = await LoopbackSite.StartAsync();
        await using var gateway = await ServedGateway.StartAsync(
            _folder["data"], ("Filmgate__Webhooks__Waits__0", "00:00:00.1"), ("Logging__LogLevel__Filmgate", "Trace"));
        var hook = site.Page("/hook", context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });

        // :: A task that succeeds, one that fails, refusals with the secret in wrong places, and a link that is used and forged.
        var id = await gateway.Api.CreateAsync(TaskApi.Standard($"pan left {Marker}", TestPicture.DataUrl(400, 400)), hook + "?token=" + Marker);
        var url = await gateway.Api.ClipOfAsync(id);
        await gateway.Api.FailureOfAsync(await gateway.Api.CreateAsync(TaskApi.Standard(Marker, site.Address + "/missing.png?token=" + Marker)));
        await gateway.Api.SendAsync(HttpMethod.Post, TaskApi.Create, "{\"input\":{\"prompt\":7,\"mode\":\"" + Marker + "\"}}");
        Assert.Equal(200, (await gateway.Api.GetAsync(url.AbsoluteUri)).Status);
        Assert.Equal(403, (await gateway.Api.GetAsync(url.AbsoluteUri + "&x=1")).Status);
        await gateway.Api.GetAsync($"api/v1/statusTask/kling-2-1?taskId={id}&key={ServedGateway.Key}");
        using (var stranger = new TaskApi(gateway.Address, TypedKey))
        {
            Assert.Equal(401, (await stranger.StatusAsync(id)).Status);
        }

        await Eventually.TrueAsync(() => site.PostsTo("/hook").Count >= 2, TimeSpan.FromSeconds(60), "Two callbacks");
        gateway.Process.Send(FilmgateProcess.SigTerm);
        Assert.Equal(0, await gateway.Process.ExitAsync(TimeSpan.FromSeconds(20)));

        // :: The logs.
        var log = string.Join('\n', [.. gateway.Process.Out, .. gateway.Process.Error]);
        Assert.Contains("Delivery ", log, StringComparison.Ordinal);
        var signature = url.Query[(url.Query.IndexOf("signature=", StringComparison.Ordinal) + "signature=".Length)..];
        foreach (var secret in (string[])[ServedGateway.Key, ServedGateway.AdminKey, TypedKey, Marker, signature])
        {
            Assert.DoesNotContain(secret, log, StringComparison.Ordinal);
        }

        // :: The data. The prompt must be there, which shows that the search works.
        var data = string.Concat(Directory.GetFiles(_folder["data"], "*", SearchOption.AllDirectories).Select(File.ReadAllBytes).Select(Encoding.Latin1.GetString));
        Assert.Contains(Marker, data, StringComparison.Ordinal);
        foreach (var secret in (string[])[ServedGateway.Key, ServedGateway.AdminKey, TypedKey])
        {
            Assert.DoesNotContain(secret, data, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Dispose();
}
