using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Filmgate.Dialects.Upstream;
using Filmgate.Engine.Egress;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Dialects.Tests.Upstream;

/// <summary>What a vendor says about a task in a good hour.</summary>
public enum VendorState
{
    /// <summary>The answer to a submission.</summary>
    Accepted,

    /// <summary>Read: it is at it.</summary>
    Working,

    /// <summary>Read: the clip is there.</summary>
    Done,

    /// <summary>Read: it could not do it.</summary>
    Failed,
}

/// <summary>
/// What the outbound half of every dialect must do, whatever the vendor's words are. A dialect's test class derives from it and names its
/// dialect and the vendor's good answers.
/// </summary>
public abstract class OutboundConformance
{
    private const string Key = "canary-key-0123456789";
    private const string Secret = "canary-secret-0123456789-abcdefghij";
    private static readonly AttemptId Attempt = new("att_01hzx5conformance00000000000");

    /// <summary>The dialect.</summary>
    protected abstract IProviderDialect Dialect { get; }

    /// <summary>The vendor's id of the task in all answers.</summary>
    protected abstract string UpstreamId { get; }

    /// <summary>Whether credentials are a pair.</summary>
    protected virtual bool TakesPair => false;

    /// <summary>The class of a status with a body that says nothing, where the vendor's differs from the table's; null is "nobody knows".</summary>
    protected virtual RefusalClass? ClassOf(string fault, RefusalClass? usual) => usual;

    /// <summary>The vendor's good answer to a request, in each state.</summary>
    protected abstract (int Status, string Body) Answer(VendorRequest request, VendorState state);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, RefusalClass?> Faults => VendorFaults.Rows;

    public static TheoryData<string> FaultNames => VendorFaults.Names;

    [Fact]
    public async Task A_submission_that_is_taken_has_the_vendors_id_and_was_one_request()
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        var accepted = Assert.IsType<SubmitResult.Accepted>(await Provider(server.Address, house).SubmitAsync(Submission(), Cancel));
        Assert.Equal(UpstreamId, accepted.UpstreamId);
        Assert.Null(accepted.ReadAfter);
        var request = Assert.Single(server.Requests);
        Assert.Equal("POST", request.Method);
        Assert.Contains("A lighthouse", request.Text, StringComparison.Ordinal);
        Assert.NotNull(request.Header("Authorization"));
    }

    [Fact]
    public async Task A_good_answer_without_a_media_type_is_a_good_answer()
    {
        await using var server = new VendorServer((request, connection) =>
        {
            var (status, body) = Answer(request, VendorState.Accepted);
            return connection.AnswerAsync(status, body, headers: "");
        });
        using var house = new Outside();
        Assert.IsType<SubmitResult.Accepted>(await Provider(server.Address, house).SubmitAsync(Submission(), Cancel));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_proves_a_refusal_or_leaves_the_submission_unknown(string fault, RefusalClass? usual)
    {
        await using var canary = VendorServer.Answering(_ => (200, "{}"));
        await using var server = new VendorServer((request, connection) =>
            VendorFaults.PlayAsync(fault, connection, canary.Address, Answer(request, VendorState.Accepted).Body));
        using var house = new Outside();
        var isRefusedConnection = fault == "connection refused";
        var result = await Provider(isRefusedConnection ? VendorServer.ClosedAddress() : server.Address, house).SubmitAsync(Submission(), Cancel);

        var serverError = fault[0] == '5' && Dialect.Facts.ServerErrorRefuses ? RefusalClass.Outage : usual;
        var expected = ClassOf(fault, serverError);
        var reason = result switch
        {
            SubmitResult.Refused refused when expected is { } named && refused.Class == named => refused.Reason,
            SubmitResult.Unknown unknown when expected is null => unknown.Reason,
            _ => throw new InvalidOperationException($"{fault}: {expected?.ToString() ?? "unknown"} is expected, and not {result}."),
        };
        Assert.NotEmpty(reason);
        Assert.DoesNotContain("127.0.0.1", reason, StringComparison.Ordinal);
        Assert.Equal(isRefusedConnection ? 0 : 1, server.Requests.Count);
        Assert.Empty(canary.Requests);
        if (fault.StartsWith("429", StringComparison.Ordinal))
        {
            var seconds = fault == "429" ? (double?)null : fault.EndsWith("years", StringComparison.Ordinal) ? 3600 : 7;
            Assert.Equal(seconds, ((SubmitResult.Refused)result).RetryAfter?.TotalSeconds);
        }
    }

    [Theory]
    [MemberData(nameof(FaultNames))]
    public async Task A_read_that_fails_never_fails_the_task(string fault)
    {
        await using var canary = VendorServer.Answering(_ => (200, "{}"));
        await using var server = new VendorServer((request, connection) =>
            VendorFaults.PlayAsync(fault, connection, canary.Address, Answer(request, VendorState.Working).Body));
        using var house = new Outside();
        var address = fault == "connection refused" ? VendorServer.ClosedAddress() : server.Address;
        var reading = Assert.IsType<Reading.Unreadable>(await Provider(address, house).ReadAsync(UpstreamId, Cancel));
        Assert.NotEmpty(reading.Reason);
        Assert.InRange(reading.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        Assert.Empty(canary.Requests);
    }

    [Theory]
    [MemberData(nameof(FaultNames))]
    public async Task A_look_up_that_fails_proves_nothing(string fault)
    {
        await using var canary = VendorServer.Answering(_ => (200, "{}"));
        await using var server = new VendorServer((request, connection) =>
            VendorFaults.PlayAsync(fault, connection, canary.Address, Answer(request, VendorState.Working).Body));
        using var house = new Outside();
        var address = fault == "connection refused" ? VendorServer.ClosedAddress() : server.Address;
        Assert.IsType<Sighting.CannotTell>(await Provider(address, house).FindAsync(Attempt, Cancel));
        Assert.Empty(canary.Requests);
    }

    [Theory]
    [MemberData(nameof(FaultNames))]
    public async Task A_wish_to_cancel_that_fails_does_no_harm(string fault)
    {
        await using var canary = VendorServer.Answering(_ => (200, "{}"));
        await using var server = new VendorServer((request, connection) =>
            VendorFaults.PlayAsync(fault, connection, canary.Address, Answer(request, VendorState.Working).Body));
        using var house = new Outside();
        var address = fault == "connection refused" ? VendorServer.ClosedAddress() : server.Address;
        await Provider(address, house).CancelAsync(UpstreamId, Cancel);
        Assert.Empty(canary.Requests);
    }

    [Fact]
    public async Task A_task_is_read_in_all_its_states()
    {
        var state = VendorState.Working;
        await using var server = VendorServer.Answering(request => Answer(request, state));
        using var house = new Outside();
        var provider = Provider(server.Address, house);
        Assert.IsType<Reading.InProgress>(await provider.ReadAsync(UpstreamId, Cancel));

        state = VendorState.Done;
        var completed = Assert.IsType<Reading.Completed>(await provider.ReadAsync(UpstreamId, Cancel));
        Assert.IsNotType<ClipLocation.LocalFile>(completed.Location);

        state = VendorState.Failed;
        var failed = Assert.IsType<Reading.Failed>(await provider.ReadAsync(UpstreamId, Cancel));
        Assert.NotEmpty(failed.Failure.Message);
        Assert.All(server.Requests, request => Assert.Equal("GET", request.Method));
    }

    [Theory]
    [InlineData(VendorState.Accepted)]
    [InlineData(VendorState.Working)]
    [InlineData(VendorState.Done)]
    [InlineData(VendorState.Failed)]
    public async Task A_value_of_another_type_is_never_an_exception_nor_a_success_without_a_clip(VendorState state)
    {
        var spoiled = "";
        var status = 200;
        await using var server = VendorServer.Answering(_ => (status, spoiled));
        using var house = new Outside();
        var provider = Provider(server.Address, house);
        (status, var good) = Answer(new VendorRequest("GET / HTTP/1.1", []), state);
        foreach (var variant in Variants(good))
        {
            spoiled = variant;
            if (state == VendorState.Accepted)
            {
                Assert.NotNull(await provider.SubmitAsync(Submission(), Cancel));
            }
            else if (await provider.ReadAsync(UpstreamId, Cancel) is Reading.Completed { Location: ClipLocation.Url { Address: var address } })
            {
                Assert.NotEmpty(address);
            }
        }
    }

    [Theory]
    [InlineData(404, true)]
    [InlineData(400, true)]
    [InlineData(200, true)]
    [InlineData(500, false)]
    [InlineData(503, false)]
    public async Task A_probe_finds_nothing_and_tells_whether_the_vendor_answers_at_all(int status, bool isReachable)
    {
        await using var server = VendorServer.Answering(_ => (status, VendorFaults.Error("There is no such task.")));
        using var house = new Outside();
        Assert.Equal(isReachable, await Provider(server.Address, house).ProbeAsync(Cancel));
        Assert.All(server.Requests, request => Assert.Equal("GET", request.Method));
        Assert.NotEmpty(server.Requests);
    }

    [Theory]
    [InlineData(404, true)]
    [InlineData(410, true)]
    [InlineData(400, false)]
    [InlineData(401, false)]
    [InlineData(429, false)]
    [InlineData(500, false)]
    [InlineData(503, false)]
    public async Task A_read_of_an_id_that_the_vendor_does_not_know_says_so_and_no_other_trouble_does(int status, bool isNotThere)
    {
        await using var server = VendorServer.Answering(_ => (status, VendorFaults.Error("It is as it is.")));
        using var house = new Outside();
        Assert.Equal(isNotThere, Assert.IsType<Reading.Unreadable>(await Provider(server.Address, house).ReadAsync(UpstreamId, Cancel)).IsNotThere);
    }

    [Fact]
    public async Task A_probe_of_a_vendor_that_nobody_reaches_says_so()
    {
        using var house = new Outside();
        Assert.False(await Provider(VendorServer.ClosedAddress(), house).ProbeAsync(Cancel));
    }

    private async Task ReadsOneTaskAtATimeAsync()
    {
        using var house = new Outside();
        var provider = Provider(new Uri("https://api.example.com"), house);
        var asked = await Record.ExceptionAsync(async () => Assert.Null(await provider.ReadManyAsync([Followed(UpstreamId)], Cancel)));
        Assert.True(asked is null or NotSupportedException, asked?.Message);
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_says_nothing_of_any_task()
    {
        if (Dialect.Facts.TasksPerRead == 1)
        {
            await ReadsOneTaskAtATimeAsync();
            return;
        }

        await using var canary = VendorServer.Answering(_ => (200, "{}"));
        await Task.WhenAll(VendorFaults.Rows.Select(row => row.Data.Item1).Select(async fault =>
        {
            await using var server = new VendorServer((_, connection) =>
                VendorFaults.PlayAsync(fault, connection, canary.Address, ListAnswer([UpstreamId], VendorState.Working)));
            using var house = new Outside();
            var address = fault == "connection refused" ? VendorServer.ClosedAddress() : server.Address;
            Assert.True(await Provider(address, house).ReadManyAsync([Followed(UpstreamId)], Cancel) is null, fault);
        }));
        Assert.Empty(canary.Requests);
    }

    [Fact]
    public async Task One_request_reads_several_tasks_as_their_own_answers_do()
    {
        if (Dialect.Facts.TasksPerRead == 1)
        {
            await ReadsOneTaskAtATimeAsync();
            return;
        }

        foreach (var state in new[] { VendorState.Working, VendorState.Done, VendorState.Failed })
        {
            var many = true;
            await using var server = VendorServer.Answering(request => many ? (200, ListAnswer([UpstreamId, OtherId], state)) : Answer(request, state));
            using var house = new Outside();
            var provider = Provider(server.Address, house);
            var readings = await provider.ReadManyAsync([Followed(UpstreamId), Followed(OtherId), Followed(OtherId + "0")], Cancel);
            Assert.Equal(new[] { UpstreamId, OtherId }.Order(), readings!.Keys.Order());
            Assert.Equal("GET", Assert.Single(server.Requests).Method);

            many = false;
            Assert.Equal((await provider.ReadAsync(UpstreamId, Cancel)).ToString(), readings[UpstreamId].ToString());
        }
    }

    [Fact]
    public async Task An_entry_of_a_list_that_is_not_plain_is_left_to_be_read_alone()
    {
        if (Dialect.Facts.TasksPerRead == 1)
        {
            await ReadsOneTaskAtATimeAsync();
            return;
        }

        var spoiled = "";
        await using var server = VendorServer.Answering(_ => (200, spoiled));
        using var house = new Outside();
        foreach (var variant in Variants(ListAnswer([UpstreamId], VendorState.Done)))
        {
            spoiled = variant;
            foreach (var reading in await Provider(server.Address, house).ReadManyAsync([Followed(UpstreamId)], Cancel) ?? new Dictionary<string, Reading>())
            {
                Assert.NotEmpty(reading.Key);
                Assert.IsNotType<Reading.Unreadable>(reading.Value);
            }
        }
    }

    [Fact]
    public void A_post_says_which_task_it_is_about_and_whatever_else_it_is_says_nothing()
    {
        using var house = new Outside();
        var provider = Provider(new Uri("https://api.example.com"), house);
        var body = CallbackBody;
        Assert.True(provider.TryReadCallbackId(Encoding.UTF8.GetBytes(body), out var id));
        Assert.Equal(CallbackId, id);
        foreach (var variant in Variants(body).Concat(["", "[]", "null", "{", "\u0000", new string('[', 100_000), body.Replace("\"", "'", StringComparison.Ordinal)]))
        {
            if (provider.TryReadCallbackId(Encoding.UTF8.GetBytes(variant), out var other))
            {
                Assert.Matches("^[!-~]{1,220}$", other);
            }
        }

        var bare = UpstreamId.Split('/')[^1];
        foreach (var hostile in new[] { new string('9', 5000), "a\\r\\nb", "a b", "\\u00e9" })
        {
            Assert.False(provider.TryReadCallbackId(Encoding.UTF8.GetBytes(body.Replace(bare, hostile, StringComparison.Ordinal)), out _), hostile);
        }
    }

    [Fact]
    public async Task A_vendor_that_echoes_our_credentials_does_not_show_them_to_the_account()
    {
        await using var server = VendorServer.Answering(request => (400, VendorFaults.Error($"Bad key {request.Header("Authorization")}, {Key}{(TakesPair ? ", " + Secret : "")}")));
        using var house = new Outside();
        var refused = Assert.IsType<SubmitResult.Refused>(await Provider(server.Address, house).SubmitAsync(Submission(), Cancel));
        var sent = Assert.Single(server.Requests).Header("Authorization")!.Split(' ')[^1];
        Assert.DoesNotContain(sent, refused.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, refused.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refused.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(402)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(422)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task An_error_that_echoes_our_credentials_is_shown_cut_and_without_them(int status)
    {
        // The key stands where words are cut, too: in a sentence of the vendor's own, and in the bare text of a proxy before it.
        var isBare = false;
        var before = 0;
        await using var server = VendorServer.Answering(request =>
        {
            var words = string.Concat(Enumerable.Repeat("no ", before / 3)) + Echo(request);
            return (status, isBare ? words : VendorFaults.Error(words));
        });
        using var house = new Outside();
        foreach (var (bare, places) in from bare in new[] { false, true } from places in new[] { ProviderWords.LengthMax, 16, 22, 28, 34 } select (bare, places))
        {
            (isBare, before) = (bare, ProviderWords.LengthMax - places);
            var result = await Provider(server.Address, house).SubmitAsync(Submission(), Cancel);
            var reason = result is SubmitResult.Refused refused ? refused.Reason : Assert.IsType<SubmitResult.Unknown>(result).Reason;
            AssertFitToBeShown(reason, server);
            AssertFitToBeShown(Assert.IsType<Reading.Unreadable>(await Provider(server.Address, house).ReadAsync(UpstreamId, Cancel)).Reason, server);
        }
    }

    [Fact]
    public async Task A_failed_task_whose_words_echo_our_credentials_is_shown_without_them()
    {
        // Each value of the vendor's answers in turn, of all answers to one read at a time: some vendors need two.
        const int ValuesMax = 40;
        var value = 0;
        await using var server = VendorServer.Answering(request =>
        {
            var (status, good) = Answer(request, VendorState.Failed);
            return (status, Variants(good, [$"\"{JsonEncodedText.Encode(Echo(request))}\""]).ElementAtOrDefault(value) ?? good);
        });
        using var house = new Outside();
        var shown = 0;
        for (; value < ValuesMax; value++)
        {
            switch (await Provider(server.Address, house).ReadAsync(UpstreamId, Cancel))
            {
                case Reading.Failed failed:
                    AssertFitToBeShown(failed.Failure.Message, server);
                    shown += failed.Failure.Message.Contains("***", StringComparison.Ordinal) ? 1 : 0;
                    break;
                case Reading.Unreadable unreadable:
                    AssertFitToBeShown(unreadable.Reason, server);
                    break;
            }
        }

        Assert.True(shown > 0, "No words of the vendor's were shown at all.");
    }

    private string Echo(VendorRequest request) =>
        $"Not accepted: {Key}{(TakesPair ? " and " + Secret : "")}, sent as {request.Header("Authorization")} by Authorization: {request.Header("Authorization")}";

    private static void AssertFitToBeShown(string text, VendorServer server)
    {
        Assert.InRange(text.Length, 1, ProviderWords.LengthMax);
        foreach (var sent in server.Requests.Select(request => request.Header("Authorization")!.Split(' ')[^1]).Append(Key).Append(Secret))
        {
            // Not even the beginning of it.
            Assert.DoesNotContain(sent[..10], text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Credentials_that_are_missing_are_named_and_those_of_the_tests_are_right()
    {
        var settings = Settings(new Uri("https://api.example.com"));
        Assert.Null(Dialect.CredentialFault(settings));
        var fault = Dialect.CredentialFault(settings with { ApiKey = null, AccessKey = null, SecretKey = null });
        Assert.Matches("ApiKey|AccessKey|SecretKey", fault);
    }

    /// <summary>The vendor's list of tasks in one state; for vendors that are read so.</summary>
    protected virtual string ListAnswer(string[] upstreamIds, VendorState state) => throw new NotSupportedException($"{Dialect.Name} is read one task at a time.");

    /// <summary>Another id of the vendor's form.</summary>
    protected virtual string OtherId => UpstreamId + "7";

    /// <summary>What the vendor posts when the task has ended: by default what it answers to a read then.</summary>
    protected virtual string CallbackBody => Answer(new VendorRequest("GET / HTTP/1.1", []), VendorState.Done).Body;

    /// <summary>The id that is read out of it.</summary>
    protected virtual string CallbackId => UpstreamId;

    /// <summary>A task that is read.</summary>
    protected static FollowedTask Followed(string upstreamId) => new(upstreamId, Submission().Request, new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero), IsHinted: false);

    /// <summary>A submission in words only, so that it is one request for every vendor.</summary>
    protected static Submission Submission(GenerationRequest? request = null, params ImmutableArray<SubmissionImage> images) => new(
        Attempt,
        request ?? new GenerationRequest
        {
            Mode = GenerationMode.MasterTextToVideo,
            Prompt = "A lighthouse in a storm, slow push in",
            NegativePrompt = "people",
            DurationSeconds = 5,
            AspectRatio = AspectRatio.Wide,
            CfgScale = 0.5m,
            Provider = "auto",
        },
        IsTest: false,
        images,
        CallbackUrl: "https://gate.example/callbacks/token",
        () => { });

    /// <summary>The dialect's provider at that address.</summary>
    protected IVideoProvider Provider(Uri address, Outside outside)
    {
        ArgumentNullException.ThrowIfNull(outside);
        return Dialect.Create(Settings(address), outside.Http, TimeProvider.System);
    }

    /// <summary>Settings with credentials that are searched for in what is shown.</summary>
    protected ProviderSettings Settings(Uri address) => new()
    {
        Name = "vendor",
        Dialect = Dialect.Name,
        BaseUrl = address,
        ApiKey = TakesPair ? null : Key,
        AccessKey = TakesPair ? Key : null,
        SecretKey = TakesPair ? Secret : null,
        Facts = Dialect.Facts,
    };

    // Each value of the document in turn becomes each other kind of value, or is left out.
    private static IEnumerable<string> Variants(string good) => Variants(
        good, ["null", "7", "-1", "1e400", "true", "\"x\"", "\"\"", "\"\\ud800\"", "[]", "[null]", "{}", "[[[]]]"]);

    private static IEnumerable<string> Variants(string good, string[] others)
    {
        foreach (var path in Paths(JsonNode.Parse(good)!, []))
        {
            foreach (var other in others)
            {
                var marked = JsonNode.Parse(good)!;
                if (path.Length == 0)
                {
                    yield return other;
                    continue;
                }

                Set(marked, path, JsonValue.Create("@here@"));
                yield return marked.ToJsonString().Replace("\"@here@\"", other, StringComparison.Ordinal);
            }
        }
    }

    private static IEnumerable<object[]> Paths(JsonNode? node, object[] path)
    {
        yield return path;
        var children = node switch
        {
            JsonObject inner => inner.SelectMany(pair => Paths(pair.Value, [.. path, pair.Key])),
            JsonArray list => list.SelectMany((item, index) => Paths(item, [.. path, index])),
            _ => [],
        };
        foreach (var child in children)
        {
            yield return child;
        }
    }

    private static void Set(JsonNode root, object[] path, JsonNode value)
    {
        var parent = path[..^1].Aggregate(root, (node, step) => step is int index ? node[index]! : node[(string)step]!);
        if (path[^1] is int last)
        {
            parent[last] = value;
        }
        else
        {
            parent[(string)path[^1]] = value;
        }
    }

    /// <summary>The real client for provider APIs, with loopback opened and little patience.</summary>
    protected sealed class Outside : IUpstreamHttp, IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

        private readonly UpstreamHttp _http = new(
            new EgressOptions { AllowNetworks = [IPNetwork.Parse("127.0.0.0/8")] }, new SystemHostResolver(), TimeProvider.System, NullLogger<UpstreamHttp>.Instance);

        public IUpstreamHttp Http => this;

        public ValueTask<UpstreamAnswer> SendAsync(UpstreamRequest request, CancellationToken cancellationToken) =>
            _http.SendAsync(request with { Timeout = Patience }, cancellationToken);

        public ValueTask CopyAsync(UpstreamRequest request, Stream target, long lengthMax, CancellationToken cancellationToken) =>
            _http.CopyAsync(request with { Timeout = Patience }, target, lengthMax, cancellationToken);

        public void Dispose() => _http.Dispose();
    }
}
