using System.Text.RegularExpressions;
using Filmgate.Storage.Sql;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>The rules of a single row stand in the database as well: contradictory rows are refused whoever writes them.</summary>
public abstract partial class ConstraintConformance(StoresUnderTest stores) : IAsyncLifetime
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await stores.OpenAsync();
        await stores.Accounts.AddAsync(Sample.Account, [Sample.Key], Sample.Audit(Sample.Account.Id.Value), Cancel);
        await WriteAsync(Task("done", state: "'failed'", due: "NULL", completed: "1", code: "'X'", message: "'Y'"));
        await WriteAsync(Task("busy"));
        await WriteAsync(Attempt("first", "busy", 1));
        await WriteAsync(Delivery("sent", "done", "https://a.example"));
        await WriteAsync(Endpoint("ep_1", 1));
    }

    public async ValueTask DisposeAsync()
    {
        await stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public static TheoryData<string, string> Contradictions => new()
    {
        { "a spending limit below nothing", "INSERT INTO accounts (id, name, spending_limit_micros, created_at) VALUES ('a', 'n', -1, 0)" },
        { "fewer tasks in flight than none", "UPDATE accounts SET tasks_in_flight = -1" },
        { "a cap below nothing", "UPDATE accounts SET tasks_in_flight_max = -1" },
        { "no request a minute", "UPDATE accounts SET requests_per_minute = 0" },
        { "holds below nothing", "UPDATE accounts SET held_micros = -1" },
        { "charges below nothing", "UPDATE accounts SET settled_micros = -1" },
        { "a list of no providers", "UPDATE accounts SET allowed_providers = ''" },
        { "a provider without a name", "UPDATE accounts SET allowed_providers = 'fal,,kling'" },
        { "a list that ends in nothing", "UPDATE accounts SET allowed_providers = 'fal,'" },
        { "a name that no provider can have", "UPDATE accounts SET allowed_providers = 'Fal'" },
        { "a price ceiling below nothing", "UPDATE accounts SET price_ceiling_micros = -1" },
        { "half a failover", "UPDATE accounts SET fails_over_on_policy = 2" },
        { "no share of the queue", "UPDATE accounts SET queue_weight = 0" },
        { "more than all shares of the queue", "UPDATE accounts SET queue_weight = 101" },
        { "a hold of a test key", "UPDATE tasks SET is_test = 1, hold_micros = 1" },
        { "a hold below nothing", "UPDATE tasks SET hold_micros = -1" },
        { "metadata that is no JSON", "UPDATE tasks SET metadata = '{'" },
        { "a hold of nothing in the ledger", Ledger("hold", 0) },
        { "a release that takes", Ledger("release", 1) },
        { "an unknown kind of entry", Ledger("gift", 1) },
        { "a second hold of one task", Ledger("hold", 1) + ";" + Ledger("hold", 1) },
        { "a settlement after a release", Ledger("release", -1) + ";" + Ledger("settle", 1) },
        { "a changed ledger", Ledger("hold", 1) + "; UPDATE ledger SET amount_micros = 2" },
        { "a shortened ledger", Ledger("hold", 1) + "; DELETE FROM ledger" },
        { "a day that cost less than nothing", "INSERT INTO daily_spending VALUES ('acc_1', '2026-03-14', -1)" },
        { "a key that stands for no task", $"INSERT INTO idempotency_keys VALUES ('acc_1', 'k', '{new string('a', 64)}', 'none', 1)" },
        { "a changed audit log", "UPDATE audit_log SET actor = 'nobody'" },
        { "a shortened audit log", "DELETE FROM audit_log" },
        { "a key of an unknown kind", Key("'root'", "'acc_1'", 32) },
        { "a live key without an account", Key("'live'", "NULL", 32) },
        { "an admin key with an account", Key("'admin'", "'acc_1'", 32) },
        { "a key of an unknown account", Key("'live'", "'acc_9'", 32) },
        { "a hash of the wrong length", Key("'live'", "'acc_1'", 31) },
        { "the hash of another key", "INSERT INTO api_keys (id, account_id, kind, name, prefix, hash, created_at) SELECT 'key_9', account_id, kind, name, prefix, hash, 0 FROM api_keys" },
        { "a task of an unknown account", Task("t", account: "'acc_9'") },
        { "a task of an unknown key", Task("t", key: "'key_9'") },
        { "a task that is half a test", Task("t", isTest: "2") },
        { "a request that is no JSON", Task("t", request: "'{'") },
        { "an unknown state", Task("t", state: "'lost'") },
        { "more progress than all", Task("t", progress: "101") },
        { "less progress than none", Task("t", progress: "-1") },
        { "a revision below 0", Task("t", revision: "-1") },
        { "tries below 0", Task("t", tries: "-1") },
        { "an open task that is never due", Task("t", due: "NULL") },
        { "an open task that has ended", Task("t", completed: "1") },
        { "an ended task that is still due", Task("t", state: "'failed'", due: "1", completed: "1", code: "'X'", message: "'Y'") },
        { "an ended task without its end", Task("t", state: "'failed'", due: "NULL", code: "'X'", message: "'Y'") },
        { "a failure without a code", Task("t", state: "'failed'", due: "NULL", completed: "1", message: "'Y'") },
        { "a failure without a message", Task("t", state: "'failed'", due: "NULL", completed: "1", code: "'X'") },
        { "an open task with a failure", Task("t", code: "'X'", message: "'Y'") },
        { "a success without a clip", Task("t", state: "'success'", due: "NULL", completed: "1") },
        { "a processed task whose pictures were never checked", Task("t", state: "'processing'", inputs: "NULL") },
        { "a second task of the same id", Task("busy") },
        { "a clip of an unknown task", Clip("t", 1) },
        { "a clip of no length", Clip("done", 0) },
        { "a clip without width", Clip("done", 1, width: 0) },
        { "a clip without height", Clip("done", 1, height: 0) },
        { "a clip that takes no time", Clip("done", 1, duration: 0) },
        { "a clip without frames", Clip("done", 1, frames: 0) },
        { "a clip with a short hash", Clip("done", 1, hash: 63) },
        { "a poster with a short hash", Clip("done", 1, poster: 63) },
        { "a picture before the first", Input(-1, "NULL, NULL, NULL, NULL") },
        { "a picture with a short hash", Input(0, "NULL, NULL, NULL, NULL", 63) },
        { "a picture with half its facts", Input(0, "'image/png', 1, NULL, 1") },
        { "a picture without width", Input(0, "'image/png', 0, 1, 1") },
        { "an empty picture", Input(0, "'image/png', 1, 1, 0") },
        { "an attempt of an unknown task", Attempt("a", "t", 1) },
        { "an attempt before the first", Attempt("a", "done", 0) },
        { "two attempts of one number", Attempt("a", "busy", 1, state: "'refused'", refusal: "'busy'", ended: "1") },
        { "a second open attempt", Attempt("a", "busy", 2) },
        { "an unknown state of an attempt", Attempt("a", "done", 1, state: "'lost'") },
        { "an attempt that paid us", Attempt("a", "done", 1, cost: "-1") },
        { "an accepted attempt without the provider's id", Attempt("a", "done", 1, state: "'accepted'", sent: "1", accepted: "1") },
        { "an accepted attempt without its time", Attempt("a", "done", 1, state: "'accepted'", sent: "1", upstream: "'u'") },
        { "a sent attempt that was never sent", Attempt("a", "done", 1, state: "'sent'") },
        { "an unknown attempt that was never sent", Attempt("a", "done", 1, state: "'unknown'") },
        { "a refused attempt without a class", Attempt("a", "done", 1, state: "'refused'", ended: "1") },
        { "a prepared attempt with a refusal", Attempt("a", "done", 1, refusal: "'busy'") },
        { "a completed attempt without a clip", Attempt("a", "done", 1, state: "'completed'", sent: "1", accepted: "1", upstream: "'u'", ended: "1") },
        { "a prepared attempt with a clip", Attempt("a", "done", 1, location: "'url:x'") },
        { "a refused attempt without an end", Attempt("a", "done", 1, state: "'refused'", refusal: "'busy'") },
        { "a prepared attempt with an end", Attempt("a", "done", 1, ended: "1") },
        { "a failure code on an attempt that did not fail", Attempt("a", "done", 1, code: "'X'") },
        { "a delivery of an unknown task", Delivery("d", "t", "https://b.example") },
        { "two deliveries of one event to one address", Delivery("d", "done", "https://a.example") },
        { "a delivery of an unknown event", Delivery("d", "done", "https://b.example", of: "'other'") },
        { "an unknown state of a delivery", Delivery("d", "done", "https://b.example", state: "'lost'") },
        { "a delivery with fewer attempts than none", Delivery("d", "done", "https://b.example", attempts: "-1") },
        { "a pending delivery that is never due", Delivery("d", "done", "https://b.example", due: "NULL") },
        { "a delivered event that is still due", Delivery("d", "done", "https://b.example", state: "'delivered'", completed: "1") },
        { "a delivered event without its end", Delivery("d", "done", "https://b.example", state: "'delivered'", due: "NULL") },
        { "a pending delivery with an end", Delivery("d", "done", "https://b.example", completed: "1") },
        { "an attempt to deliver nothing", "INSERT INTO delivery_attempts VALUES ('none', 1, 0, 0, 200, NULL, 'event', NULL)" },
        { "a delivery attempt before the first", "INSERT INTO delivery_attempts VALUES ('sent', 0, 0, 0, 200, NULL, 'event', NULL)" },
        { "a delivery attempt that took less than no time", "INSERT INTO delivery_attempts VALUES ('sent', 1, 0, -1, 200, NULL, 'event', NULL)" },
        { "a delivery attempt for no reason", "INSERT INTO delivery_attempts VALUES ('sent', 1, 0, 0, 200, NULL, 'whim', NULL)" },
        { "an answer without bounds", $"INSERT INTO delivery_attempts VALUES ('sent', 1, 0, 0, 200, NULL, 'event', '{new string('a', 1025)}')" },
        { "a delivery with more tries than attempts", Delivery("d", "done", "https://b.example", tries: "1") },
        { "a callback of no task", Delivery("d", "", "https://b.example") },
        { "a callback to nowhere", Delivery("d", "done", "") },
        { "a delivery to an unknown endpoint", Delivery("d", "done", "", of: "'video.failed'", endpoint: "'ep_9'", destination: "'ep_9'") },
        { "a delivery to an endpoint in another queue", Delivery("d", "done", "", of: "'video.failed'", endpoint: "'ep_1'") },
        { "a delivery to an endpoint with an address of its own", Delivery("d", "done", "https://b.example", of: "'video.failed'", endpoint: "'ep_1'", destination: "'ep_1'") },
        { "a callback's event at an endpoint", Delivery("d", "done", "", endpoint: "'ep_1'", destination: "'ep_1'") },
        { "an endpoint's event in a callback", Delivery("d", "done", "https://b.example", of: "'video.failed'") },
        {
            "two deliveries of one event to one endpoint",
            string.Join(';', new[] { "d", "e" }.Select(id => Delivery(id, "done", "", of: "'video.failed'", endpoint: "'ep_1'", destination: "'ep_1'")))
        },
        { "an endpoint that hears of nothing", Endpoint("ep_2", 2, events: 0) },
        { "an endpoint of an unknown account", Endpoint("ep_2", 2, account: "acc_9") },
        { "two endpoints of one number", Endpoint("ep_2", 1) },
        { "a disabled endpoint without a reason", "UPDATE webhook_endpoints SET disabled_at = 1" },
        { "an endpoint that fails without having failed", "UPDATE webhook_endpoints SET failing_since = 5, last_failure_at = 4" },
        { "two newest secrets", "INSERT INTO webhook_secrets VALUES ('ep_1', 1, 0, NULL), ('ep_1', 2, 0, NULL)" },
        { "a live task's account taken away", "DELETE FROM accounts" },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public async Task The_database_refuses(string what, string sql)
    {
        var error = await Record.ExceptionAsync(() => WriteAsync(sql));
        Assert.True(error is not null && IsRefusal(error), $"The database took {what}, or failed otherwise: {error?.Message ?? "no error"}");
    }

    [Fact]
    public async Task The_rows_that_the_contradictions_vary_are_themselves_taken()
    {
        await WriteAsync("UPDATE accounts SET allowed_providers = 'fal,kling-2', price_ceiling_micros = 0, fails_over_on_policy = 1, queue_weight = 100");
        await WriteAsync(Key("'live'", "'acc_1'", 32));
        await WriteAsync(Task("t"));
        await WriteAsync(Clip("done", 1, poster: 64));
        await WriteAsync(Input(0, "'image/png', 1, 1, 1"));
        await WriteAsync(Attempt("a", "done", 1));
        await WriteAsync(Delivery("d", "done", "https://b.example"));
        await WriteAsync(Delivery("e", "done", "", of: "'video.failed'", endpoint: "'ep_1'", destination: "'ep_1'"));
        await WriteAsync(Endpoint("ep_2", 2));
        await WriteAsync("INSERT INTO delivery_attempts VALUES ('d', 1, 0, 0, 200, NULL, 'event', NULL)");
    }

    /// <summary>Whether an error says that a rule of the database is broken.</summary>
    protected abstract bool IsRefusal(Exception error);

    /// <summary>So many bytes as the database writes them.</summary>
    protected abstract string Bytes(int length);

    protected Task<bool> WriteAsync(string sql) => stores.Database.WriteAsync(null, session =>
    {
        session.Run(BytesPattern().Replace(sql, match => Bytes(int.Parse(match.Groups[1].ValueSpan))));
        return true;
    });

    [GeneratedRegex(@"BYTES\((\d+)\)")]
    private static partial Regex BytesPattern();

    private static string Ledger(string kind, long amount) =>
        $"INSERT INTO ledger (account_id, task_id, kind, amount_micros, at) VALUES ('acc_1', 'busy', '{kind}', {amount}, 0)";

    private static string Key(string kind, string account, int hashLength) =>
        $"INSERT INTO api_keys (id, account_id, kind, name, prefix, hash, created_at) VALUES ('key_9', {account}, {kind}, 'n', 'p', BYTES({hashLength}), 0)";

    private static string Task(
        string id, string account = "'acc_1'", string key = "'key_1'", string isTest = "0", string request = "'{}'", string state = "'pending'",
        string progress = "0", string revision = "0", string tries = "0", string inputs = "1", string due = "1", string completed = "NULL",
        string code = "NULL", string message = "NULL") =>
        $"""
        INSERT INTO tasks (id, account_id, key_id, is_test, dialect, request, state, progress, revision, tries, created_at, inputs_at, due_at, completed_at, fail_code, fail_message)
        VALUES ('{id}', {account}, {key}, {isTest}, 'apixo', {request}, {state}, {progress}, {revision}, {tries}, 0, {inputs}, {due}, {completed}, {code}, {message})
        """;

    private static string Clip(
        string task, int length, int width = 1, int height = 1, int duration = 1, int frames = 1, int hash = 64, int? poster = null) =>
        $"""
        INSERT INTO clips (id, task_id, sha256, length, width, height, duration_ms, frames, poster_sha256, expires_at)
        VALUES ('c', '{task}', '{new string('a', hash)}', {length}, {width}, {height}, {duration}, {frames}, {(poster is { } of ? $"'{new string('b', of)}'" : "NULL")}, 0)
        """;

    private static string Input(int position, string facts, int hash = 64) =>
        $"INSERT INTO inputs (task_id, position, sha256, media_type, width, height, length) VALUES ('done', {position}, '{new string('a', hash)}', {facts})";

    private static string Attempt(
        string id, string task, int number, string state = "'prepared'", string upstream = "NULL", string location = "NULL", string cost = "0",
        string refusal = "NULL", string code = "NULL", string sent = "NULL", string accepted = "NULL", string ended = "NULL") =>
        $"""
        INSERT INTO attempts (id, task_id, number, provider, state, upstream_id, clip_location, cost_micros, refusal, fail_code, prepared_at, sent_at, accepted_at, ended_at)
        VALUES ('{id}', '{task}', {number}, 'kling', {state}, {upstream}, {location}, {cost}, {refusal}, {code}, 0, {sent}, {accepted}, {ended})
        """;

    private static string Delivery(
        string id, string task, string url, string state = "'pending'", string attempts = "0", string due = "1", string completed = "NULL",
        string of = "'completed'", string endpoint = "NULL", string destination = "'there'", string tries = "0") =>
        $"""
        INSERT INTO deliveries (id, event_id, account_id, task_id, endpoint_id, url, destination, event, body, state, attempts, tries, cause, created_at, due_at, completed_at)
        VALUES ('{id}', '{id}', 'acc_1', {(task.Length == 0 ? "NULL" : $"'{task}'")}, {endpoint}, {(url.Length == 0 ? "NULL" : $"'{url}'")}, {destination}, {of}, BYTES(1), {state},
                {attempts}, {tries}, 'event', 0, {due}, {completed})
        """;

    private static string Endpoint(string id, int number, int events = 12, string account = "acc_1") =>
        $"INSERT INTO webhook_endpoints (id, account_id, number, url, events, created_at) VALUES ('{id}', '{account}', {number}, 'https://c.example', {events}, 0)";
}
