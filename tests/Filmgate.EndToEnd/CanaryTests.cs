using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Filmgate.EndToEnd.House;
using Filmgate.EndToEnd.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.EndToEnd;

/// <summary>
/// Section K of the reliability reference: secrets are planted, every surface is used well and badly with the log at its most talkative,
/// and then all that was written is searched. There are no sessions to be planted, and of a database's password there is only the refused
/// setting that names one: the store is a file.
/// </summary>
public sealed partial class CanaryTests : IDisposable
{
    private const string
        TestKey = "fg_test_canary-test-7f3a91c2e5b8",
        AdminKey = "fg_admin_canary-admin-7f3a91c2e5b8",
        TypedKey = "fg_test_canary-typed-7f3a91c2e5b8",
        ModerationKey = "canary-moderation-key-7f3a91c2e5b8",
        DatabasePassword = "canary-database-7f3a91c2e5b8",
        QueryKey = "canary-query-7f3a91c2e5b8",
        CookieValue = "canary-cookie-7f3a91c2e5b8",
        HeaderKey = "canary-header-7f3a91c2e5b8",
        PathSecret = "canary-path-7f3a91c2e5b8",
        UserInfo = "canary-userinfo-7f3a91c2e5b8",
        Prompt = "canary-prompt-7f3a91c2e5b8",
        Metadata = "canary-metadata-7f3a91c2e5b8",
        CallbackToken = "canary-callback-7f3a91c2e5b8",
        PictureToken = "canary-picture-7f3a91c2e5b8",
        RepeatKey = "canary-repeat-7f3a91c2e5b8",
        EchoedText = "canary-echo-7f3a91c2e5b8",
        ProviderKey = "canary-provider-key-7f3a91c2e5b8",
        ProviderAccessKey = "canary-provider-access-7f3a91c2e5b8",
        ProviderSecretKey = "canary-provider-secret-7f3a91c2e5b8-and-more",
        ReceiverWords = "canary-receiver-7f3a91c2e5b8",
        EndpointToken = "canary-endpoint-7f3a91c2e5b8";

    /// <summary>Text that would break a log apart: new lines, an escape sequence, a turn of direction, holes of a template.</summary>
    private const string Breaking = "\r\n2026-01-01T00:00:00.000Z fail: forged[0] \u001b[31m\u202e{0} {Task} {";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // The framework's own categories are named as well as the default: an operator in need turns up all that there is.
    private static readonly (string Name, string Value)[] Talkative =
    [
        .. from name in (string[])["Default", "Filmgate", "Microsoft", "Microsoft.AspNetCore.Hosting.Diagnostics", "System", "Orleans", "Orleans.Runtime.Silo"]
           from section in (string[])["Logging__LogLevel__", "Logging__Console__LogLevel__"]
           select (section + name, "Trace"),
    ];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_secret_is_in_a_log_an_error_body_a_file_name_or_where_else_it_does_not_belong_and_no_event_breaks_its_line()
    {
        await using var site = await LoopbackSite.StartAsync();
        site.Page("/v1/moderations", context => ModerateAsync(context, site.PostsTo("/v1/moderations")[^1].Body));
        await using var gateway = await ServedGateway.StartAsync(
            _folder["data"],
            [
                ("FILMGATE_API_KEY", TestKey),
                ("FILMGATE_ADMIN_KEY", AdminKey),
                ("Filmgate__Moderation__BaseUrl", site.Address),
                ("Filmgate__Moderation__ApiKey", ModerationKey),
                ("Filmgate__Moderation__WhenUnavailable", "refuse"),
                ("Filmgate__Webhooks__Waits__0", "00:00:00.1"),
                ("Filmgate__Providers__echoing__Dialect", "apixo"),
                ("Filmgate__Providers__echoing__BaseUrl", site.Address + "/echoing"),
                ("Filmgate__Providers__echoing__ApiKey", ProviderKey),
                ("Filmgate__Providers__paired__Dialect", "kling"),
                ("Filmgate__Providers__paired__BaseUrl", site.Address + "/paired"),
                ("Filmgate__Providers__paired__AccessKey", ProviderAccessKey),
                ("Filmgate__Providers__paired__SecretKey", ProviderSecretKey),
                .. Talkative,
            ]);
        var errors = new StringBuilder();

        // :: Step 1: tasks that end well, that fail at their picture, at moderation and at the renderer, and that are refused.
        var hook = site.Page("/hook", context =>
        {
            context.Response.StatusCode = 500;
            return context.Response.WriteAsync(ReceiverWords, Ct);
        });
        var metadata = new Dictionary<string, string> { ["note"] = Metadata };
        var good = await NoteAsync(errors, gateway.Api.SendAsync(HttpMethod.Post, TaskApi.Create, JsonSerializer.Serialize(new
        {
            request_type = "callback",
            callback_url = $"{hook}?token={CallbackToken}",
            metadata,
            input = TaskApi.Standard($"pan left {Prompt} {Breaking}", TestPicture.DataUrl(400, 400)),
        }), RepeatKey));
        var id = good.Data.GetProperty("taskId").GetString()!;
        var url = await gateway.Api.ClipOfAsync(id);
        foreach (var input in (object[])
        [
            TaskApi.Standard(Prompt, $"{site.Address}/missing.png?token={PictureToken}"),
            TaskApi.Text($"{Prompt} moderate-me"),
            TaskApi.Text($"{Prompt} moderation-away"),
            TaskApi.Text($"{Prompt} @fail(GENERATION_FAILED) {Breaking}"),
        ])
        {
            await gateway.Api.FailureOfAsync(await gateway.Api.CreateAsync(input));
        }

        await NoteAsync(errors, gateway.Api.SendAsync(HttpMethod.Post, TaskApi.Create, $$$"""{"api_key":"{{{HeaderKey}}}","input":{"prompt":7}}"""));
        await NoteAsync(errors, gateway.Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Text("another")), RepeatKey));
        await NoteAsync(errors, gateway.Api.SendAsync(HttpMethod.Post, TaskApi.Create, "{\"input\":"));
        await NoteAsync(errors, gateway.Api.SendAsync(
            HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Text("a"), $"https://user:{UserInfo}@127.0.0.1/hook")), isEcho: true);

        // :: Step 2: reads, with secrets where they do not belong.
        await NoteAsync(errors, gateway.Api.GetAsync($"api/v1/statusTask/kling-2-1?taskId={id}&api_key={QueryKey}"));
        await NoteAsync(errors, gateway.Api.GetAsync($"api/v1/tasks?prompt={Prompt}&metadata.note={Metadata}"));
        await NoteAsync(errors, gateway.Api.GetAsync($"nowhere/{PathSecret}?api_key={QueryKey}"));
        await NoteAsync(errors, gateway.Api.GetAsync($"api/v1/tasks?api_key={QueryKey}"), isEcho: true);
        await NoteAsync(errors, gateway.Api.SendAsync(HttpMethod.Post, $"api/v1/tasks/{id}/cancel"));
        await NoteAsync(errors, gateway.Api.SendAsync(HttpMethod.Post, "api/v1/uploads", "{}"));
        using (var stranger = new TaskApi(gateway.Address, TypedKey))
        {
            await NoteAsync(errors, stranger.StatusAsync(id));
        }

        Assert.Equal(200, (await gateway.Api.GetAsync(url.AbsoluteUri)).Status);
        await NoteAsync(errors, gateway.Api.GetAsync(url.AbsoluteUri + "&x=1"));
        foreach (var head in (string[])
        [
            $"GET /api/v1/tasks?api_key={QueryKey} HTTP/1.1\r\nHost: x\r\nX-Api-Key: {HeaderKey}\r\nCookie: session={CookieValue}",
            $"GET /{PathSecret} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {HeaderKey}\r\nCookie: session={CookieValue}",
            $"GET /api/v1/tasks?api_key={QueryKey} HTTP/9.9\r\nHost: x",
            $"GET /api/v1/tasks?api_key={QueryKey} HTTP/1.1\r\nHost: x\r\nBad Header {HeaderKey}: 1",
            $"GET /api/v1/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TestKey}\r\nAuthorization: Bearer {TestKey}",
            $"BREW /api/v1/tasks HTTP/1.1\r\nHost: {HeaderKey}",
        ])
        {
            errors.AppendLine(await SendRawAsync(gateway.Address, head));
        }

        // :: Step 3: administration, from an account to a key that is revoked.
        using var admin = new TaskApi(gateway.Address, AdminKey);
        var account = (await admin.SendAsync(HttpMethod.Post, "admin/v1/accounts", """{"name":"canary"}""")).Data.GetProperty("id").GetString();
        var issued = (await admin.SendAsync(HttpMethod.Post, $"admin/v1/accounts/{account}/keys", """{"name":"k","kind":"live"}""")).Data;
        var successor = (await admin.SendAsync(HttpMethod.Post, $"admin/v1/keys/{Text(issued, "id")}/rotate")).Data;
        await NoteAsync(errors, admin.SendAsync(HttpMethod.Post, $"admin/v1/keys/{Text(successor, "id")}/revoke"));
        foreach (var path in (string[])["accounts", "keys", "audit", "spend", "doctor", $"accounts/{account}/ledger", $"accounts/{PathSecret}", $"audit?key={QueryKey}"])
        {
            await NoteAsync(errors, admin.GetAsync("admin/v1/" + path), isEcho: path.Contains("canary-", StringComparison.Ordinal));
        }

        using (var live = new TaskApi(gateway.Address, Text(issued, "secret")))
        {
            Assert.Equal(200, (await live.GetAsync("api/v1/apikeys/current-balance")).Status);
        }

        using (var revoked = new TaskApi(gateway.Address, Text(successor, "secret")))
        {
            await NoteAsync(errors, revoked.GetAsync("api/v1/tasks"));
        }

        // :: Step 4: providers that refuse, fail and break down, and echo all that they were sent; and what a webhook endpoint is signed by.
        var (sent, tokens) = EchoAll(site);
        var receiver = site.Page("/receiver", context => Task.FromResult(context.Response.StatusCode = 500));
        var paying = (await admin.SendAsync(HttpMethod.Post, $"admin/v1/accounts/{account}/keys", """{"name":"paying","kind":"live"}""")).Data;
        using var payer = new TaskApi(gateway.Address, Text(paying, "secret"));
        var endpoint = (await payer.SendAsync(HttpMethod.Post, "api/v1/webhooks/endpoints", JsonSerializer.Serialize(new { url = $"{receiver}?token={EndpointToken}" }))).Data;
        var renewed = (await payer.SendAsync(HttpMethod.Post, $"api/v1/webhooks/endpoints/{Text(endpoint, "endpointId")}/rotate")).Data;
        var callbackSecret = Text((await payer.GetAsync("api/v1/webhooks/secret")).Data, "secret");
        await NoteAsync(errors, payer.SendAsync(HttpMethod.Post, $"api/v1/webhooks/endpoints/{Text(endpoint, "endpointId")}/rotate", $$"""{"secret":"{{Text(endpoint, "secret")}}"}"""));
        var told = new StringBuilder();
        foreach (var (provider, words) in ((string, string)[])
        [
            ("echoing", "refuse"), ("echoing", "fail"), ("paired", "refuse"), ("paired", "fail"), ("echoing", "break down"), ("paired", "break down"), ("echoing", "lock out"),
        ])
        {
            var task = (await payer.SendAsync(HttpMethod.Post, TaskApi.Create, JsonSerializer.Serialize(
                new { provider, input = TaskApi.Text($"{Prompt} {words}") }))).Data.GetProperty("taskId").GetString()!;
            var isEnd = words is "refuse" or "fail";
            var details = await Eventually.BecomesAsync(
                () => payer.DetailsAsync(task),
                answer => isEnd ? Text(answer.Data, "state") == "failed" : answer.Text.Contains("\"reason\"", StringComparison.Ordinal),
                Patience,
                $"What {provider} says of '{words}'");
            Assert.True(!isEnd || details.Text.Contains("***", StringComparison.Ordinal), $"Nothing of the provider's words was told, and so nothing was hidden: {details.Text}");
            told.AppendLine(details.Text).AppendLine((await payer.StatusAsync(task)).Text);
        }

        told.AppendLine((await payer.GetAsync("api/v1/webhooks/deliveries")).Text).AppendLine((await payer.GetAsync("api/v1/webhooks/endpoints")).Text)
            .AppendLine((await admin.GetAsync("admin/v1/audit")).Text).AppendLine((await admin.GetAsync("admin/v1/doctor")).Text);

        // :: Step 5: the end of it, and a start that is refused.
        await Eventually.TrueAsync(() => site.PostsTo("/hook").Count >= 2, Patience, "Two callbacks");
        var database = await StoreUnderTest.ContentAsync(_folder["data"]);
        gateway.Process.Send(FilmgateProcess.SigTerm);
        Assert.Equal(0, await gateway.Process.ExitAsync(Patience));
        var refused = await FilmgateProcess.RunAsync(
            _folder.Path, new Dictionary<string, string> { ["FILMGATE_DATABASE"] = $"Host=db;Password={DatabasePassword}" }, Patience, "serve");
        Assert.Equal(2, refused.Code);

        // :: Step 6: the search. What may lie in the database must lie there, which shows that the search works.
        var lines = gateway.Process.Error;
        var log = string.Join('\n', [.. gateway.Process.Out, .. lines, refused.Out, refused.Error]);
        var signature = url.Query[(url.Query.IndexOf("signature=", StringComparison.Ordinal) + "signature=".Length)..];
        var signingKey = await StoreUnderTest.SigningKeyAsync(_folder["data"]);
        string[] credentials =
        [
            TestKey, AdminKey, TypedKey, ModerationKey, DatabasePassword, QueryKey, CookieValue, HeaderKey, UserInfo, EchoedText,
            Text(issued, "secret"), Text(successor, "secret"), Text(paying, "secret"), signature,
            ProviderKey, ProviderAccessKey, ProviderSecretKey, .. sent, .. tokens,
            .. from secret in new[] { Text(endpoint, "secret"), Text(renewed, "secret"), callbackSecret } from form in FormsOf(secret) select form,
            Encoding.Latin1.GetString(signingKey), Convert.ToBase64String(signingKey), Convert.ToHexString(signingKey), Convert.ToHexStringLower(signingKey),
        ];

        // What a receiver answered is kept, too: its owner reads it beside the delivery.
        string[] callersWords = [Prompt, Metadata, CallbackToken, PictureToken, RepeatKey, EndpointToken, ReceiverWords];
        var data = database + Search(Directory.GetFiles(_folder["data"], "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("signing.key", StringComparison.Ordinal)));
        var names = string.Join('\n', Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories));
        Assert.Contains("dbug: ", log, StringComparison.Ordinal);
        Assert.Contains("Delivery ", log, StringComparison.Ordinal);
        Assert.NotEmpty(sent);
        Assert.NotEmpty(tokens);
        AssertNone(log, [.. credentials, .. callersWords, PathSecret], "the log");
        AssertNone(errors.ToString(), [.. credentials, .. callersWords, PathSecret], "an error body");
        AssertNone(told.ToString(), credentials, "what an account or an administrator is told");

        // A callback is worded once and then kept, with the link that its receiver is meant to have.
        AssertNone(data, credentials.Except([signature]), "the data");
        AssertNone(names, [.. credentials, .. callersWords, PathSecret], "a file name");
        Assert.All(callersWords, word => Assert.Contains(word, data, StringComparison.Ordinal));

        // :: Step 7: each event is one line, whatever a moderator, a caller or an exception says.
        Assert.All(lines, line => Assert.Matches(EventLine(), line));
        Assert.Contains(lines, line => line.Contains("breaks the policy on evil\\r\\n2026-", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.AsSpan().ContainsAny("\u001b\u202e\r"));
    }

    [Fact]
    public async Task No_secret_is_the_label_of_a_metric_of_ours_or_of_the_framework()
    {
        var labels = new ConcurrentDictionary<string, bool>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, to) => to.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<byte>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<short>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<float>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<decimal>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();
        await using var site = await LoopbackSite.StartAsync();
        await using var gateway = new GatewayInProcess();
        await gateway.InitializeAsync();

        var made = await gateway.CreateAsync(JsonSerializer.Serialize(new
        {
            request_type = "callback",
            callback_url = $"https://receiver.invalid/{EndpointToken}?token={CallbackToken}",
            metadata = new Dictionary<string, string> { ["note"] = Metadata },
            input = TaskApi.Text($"{Prompt} @fail(GENERATION_FAILED)"),
        }), RepeatKey);
        await gateway.UntilAsync(made.TaskId, "failed");
        await gateway.UntilAsync((await gateway.CreateAsync(TaskApi.Body(TaskApi.Standard(Prompt, $"https://pictures.invalid/{PictureToken}.png?token={PictureToken}")))).TaskId, "failed");
        foreach (var path in (string[])[$"/nowhere/{PathSecret}?api_key={QueryKey}", $"/api/v1/tasks/{PathSecret}", $"/api/v1/tasks?prompt={Prompt}", $"/callbacks/{CallbackToken}", $"/artifacts/{PathSecret}?signature={QueryKey}"])
        {
            await gateway.SendAsync("GET", path);
            await gateway.SendAsync(HeaderKey, path);
        }

        await SendRawAsync(gateway.Address, $"GET /api/v1/tasks?api_key={QueryKey} HTTP/1.1\r\nHost: {HeaderKey}\r\nAuthorization: Bearer {TypedKey}\r\nCookie: session={CookieValue}");
        listener.RecordObservableInstruments();

        Assert.Contains(labels.Keys, label => label.StartsWith("filmgate.task.ends ", StringComparison.Ordinal));
        Assert.Contains(labels.Keys, label => label.StartsWith("http.server.request.duration ", StringComparison.Ordinal));
        AssertNone(
            string.Join('\n', labels.Keys),
            [gateway.Key, EndpointToken, CallbackToken, Metadata, Prompt, RepeatKey, PictureToken, PathSecret, QueryKey, HeaderKey, TypedKey, CookieValue],
            "a metric's label");

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var (name, label) in tags)
            {
                labels[$"{instrument.Name} {name}={label}"] = true;
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    // Both providers answer every request with what it was sent. The lists get the credentials that they saw, and the tokens of our callbacks.
    private static (ConcurrentBag<string> Sent, ConcurrentBag<string> Tokens) EchoAll(LoopbackSite site)
    {
        const string Job = "a-job", Taken = "/echoing/api/v1/generateTask/kling-2-1", Listed = "/paired/v1/videos/text2video";
        ConcurrentBag<string> sent = [], tokens = [];
        site.Page(Taken, context => EchoAsync(context, (words, asked) =>
            asked.Contains("refuse", StringComparison.Ordinal) ? (400, new { code = 400, message = words })
            : asked.Contains("break down", StringComparison.Ordinal) ? (500, new { code = 500, message = words })
            : asked.Contains("lock out", StringComparison.Ordinal) ? (401, new { code = 401, message = words })
            : (200, new { code = 200, message = words, data = new { taskId = Job } })));
        site.Page("/echoing/api/v1/statusTask/kling-2-1", context => EchoAsync(context, (words, _) =>
            (200, new { code = 200, message = words, data = new { taskId = Job, state = "failed", failCode = "GENERATION_FAILED", failMsg = words } })));
        site.Page(Listed, context => EchoAsync(context, (words, asked) =>
            HttpMethods.IsGet(context.Request.Method) || asked.Contains("break down", StringComparison.Ordinal) ? (500, new { code = 5000, message = words })
            : asked.Contains("refuse", StringComparison.Ordinal) ? (400, new { code = 1201, message = words })
            : (200, new { code = 0, message = words, data = new { task_id = Job, task_status = "submitted" } })));
        site.Page($"{Listed}/{Job}", context => EchoAsync(context, (words, _) =>
            (200, new { code = 0, message = words, data = new { task_id = Job, task_status = "failed", task_status_msg = words } })));
        return (sent, tokens);

        Task EchoAsync(HttpContext context, Func<string, string, (int Status, object Body)> answer)
        {
            var authorization = context.Request.Headers.Authorization.ToString();
            sent.Add(authorization.Split(' ')[^1]);
            var asked = site.PostsTo(context.Request.Path.Value!) is [.., var last] ? last.Body : "";
            foreach (Match token in CallbackAddress().Matches(asked))
            {
                tokens.Add(token.Groups[1].Value);
            }

            // A provider knows its own credentials and nobody else's.
            var own = context.Request.Path.StartsWithSegments("/echoing") ? ProviderKey : $"{ProviderAccessKey} and {ProviderSecretKey}";
            var (status, body) = answer($"Not so: {own}, Authorization: {authorization}, X-Api-Key={authorization}; and a new line\r\n{Breaking}", asked);
            context.Response.StatusCode = status;
            return context.Response.WriteAsJsonAsync(body, body.GetType(), Ct);
        }
    }

    // A secret as it is written, and the bytes that sign.
    private static string[] FormsOf(string secret)
    {
        var bytes = Convert.FromBase64String(secret["whsec_".Length..]);
        return [secret, secret["whsec_".Length..], Convert.ToHexString(bytes), Convert.ToHexStringLower(bytes), Encoding.Latin1.GetString(bytes)];
    }

    // The service echoes the key that it was sent, as some do.
    private static async Task ModerateAsync(HttpContext context, string asked)
    {
        if (asked.Contains("moderation-away", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsync($"Incorrect key {context.Request.Headers.Authorization} {EchoedText}", Ct);
            return;
        }

        var category = "evil" + Breaking;
        var isFlagged = asked.Contains("moderate-me", StringComparison.Ordinal);
        await context.Response.WriteAsJsonAsync(
            new { results = new[] { new { flagged = isFlagged, categories = new Dictionary<string, bool> { [category] = isFlagged } } } }, Ct);
    }

    /// <param name="errors">Where the body of a refusal goes.</param>
    /// <param name="asking">The request.</param>
    /// <param name="isEcho">Whether the refusal names the caller's own wrong value, which is its purpose.</param>
    private static async Task<ApiAnswer> NoteAsync(StringBuilder errors, Task<ApiAnswer> asking, bool isEcho = false)
    {
        var answer = await asking;
        if (answer.Status >= 400 && !isEcho)
        {
            errors.AppendLine(answer.Text);
        }

        return answer;
    }

    private static async Task<string> SendRawAsync(Uri address, string head)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, Ct);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + "\r\nConnection: close\r\n\r\n"), Ct);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(Ct);
    }

    private static string Search(IEnumerable<string> files) => string.Concat(files.Select(File.ReadAllBytes).Select(Encoding.Latin1.GetString));

    private static string Text(JsonElement data, string name) => data.GetProperty(name).GetString()!;

    private static void AssertNone(string text, IEnumerable<string> secrets, string where)
    {
        foreach (var secret in secrets)
        {
            var at = text.IndexOf(secret, StringComparison.Ordinal);
            Assert.True(at < 0, at < 0 ? "" : $"'{secret}' is in {where}: …{text.Substring(Math.Max(0, at - 300), Math.Min(600, text.Length - Math.Max(0, at - 300)))}…");
        }
    }

    [GeneratedRegex(@"/callbacks/[^""]*\.([^""./]+)""")]
    private static partial Regex CallbackAddress();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (trce|dbug|info|warn|fail|crit): \S+\[-?\d+\] ")]
    private static partial Regex EventLine();
}
