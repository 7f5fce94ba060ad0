using System.Globalization;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;
using Filmgate.Storage.PostgreSql;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;
using Filmgate.Storage.Tests.Conformance;
using Filmgate.Storage.Tests.Sqlite;
using Filmgate.Testing.PostgreSql;
using PostgresDatabase = Filmgate.Storage.PostgreSql.PostgresDatabase;

namespace Filmgate.Storage.Tests.PostgreSql;

public sealed class StoreCopyTests : IAsyncLifetime
{
    private readonly SqliteStores _source = new();
    private Filmgate.Testing.PostgreSql.PostgresDatabase _made = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private PostgresAddress Target => PostgresStores.AddressOf(_made.ConnectionString);

    private static readonly byte[] SigningKey = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];

    public async ValueTask InitializeAsync()
    {
        _made = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await _source.OpenAsync();
        await FillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _made.DisposeAsync();
    }

    [Fact]
    public async Task Every_row_of_every_table_comes_over_as_it_is_and_numbers_go_on()
    {
        var before = await AllRowsAsync(_source.Database);
        Assert.All(StoreCopy.AllTables, table => Assert.Contains(before, row => row.StartsWith(table + ": ", StringComparison.Ordinal)));
        var ledger = await _source.Books.ReadLedgerAsync(Sample.Account.Id, null, 1000, Cancel);
        var audit = await _source.Accounts.ReadAuditAsync(null, 1000, Cancel);
        await _source.Database.WriteAsync(null, session => session.Execute("UPDATE forgotten_deliveries SET before = 7"));
        await _source.Database.DisposeAsync();

        var told = new List<CopyProgress>();
        var rows = await StoreCopy.RunAsync(_source.Path, Target, SigningKey, TimeProvider.System, told.Add, Cancel);
        Assert.Equal(rows, told.Where(step => step.IsDone).Sum(step => step.Rows));

        await using var database = PostgresDatabase.Open(Target, TimeProvider.System);
        Assert.Equal(before, await AllRowsAsync(database));
        Assert.Equal(7L, await database.ReadAsync(0, static (session, _) => session.Scalar("SELECT before FROM forgotten_deliveries"), Cancel));
        Assert.Equal(SigningKey, await database.ReadAsync(0, static (session, _) => session.Scalar("SELECT value FROM secrets WHERE name = 'signing-key'"), Cancel));
        Assert.Empty(await new Books(database).CheckAsync(Cancel));
        Assert.Equal(ledger, await new Books(database).ReadLedgerAsync(Sample.Account.Id, null, 1000, Cancel));

        var next = Sample.Task("task_next") with { Hold = Usd.FromDollars(1) };
        await new TaskStore(database).AcceptAsync(next, Cancel);
        Assert.Equal(ledger[0].Number + 1, (await new Books(database).ReadLedgerAsync(Sample.Account.Id, null, 1, Cancel))[0].Number);
        await new AccountStore(database).UpdateAsync(Sample.Account, Sample.Audit("acc_1"), Cancel);
        Assert.Equal(audit[0].Number + 1, (await new AccountStore(database).ReadAuditAsync(null, 1, Cancel))[0].Number);
    }

    [Fact]
    public async Task A_target_with_anything_in_it_is_refused_and_left_as_it_is()
    {
        await _source.Database.DisposeAsync();
        await using (var database = PostgresDatabase.Open(Target, TimeProvider.System))
        {
            await new AccountStore(database).AddAsync(Sample.OtherAccount, [], Sample.Audit("acc_2"), Cancel);
        }

        var error = await Assert.ThrowsAsync<StoreCopyException>(() => CopyAsync());
        Assert.Contains("not empty", error.Message, StringComparison.Ordinal);
        await using var after = PostgresDatabase.Open(Target, TimeProvider.System);
        Assert.Equal([Sample.OtherAccount], await new AccountStore(after).ListAsync(Cancel));
    }

    [Fact]
    public async Task A_store_whose_books_do_not_agree_is_not_copied()
    {
        await _source.Database.WriteAsync(null, session => session.Execute("UPDATE accounts SET settled_micros = settled_micros + 1 WHERE id = 'acc_1'"));
        await _source.Database.DisposeAsync();
        var error = await Assert.ThrowsAsync<StoreCopyException>(() => CopyAsync());
        Assert.Contains("Account acc_1 has settled", error.Message, StringComparison.Ordinal);
        await using var after = PostgresDatabase.Open(Target, TimeProvider.System);
        Assert.False(await new AccountStore(after).AnyAsync(Cancel));
    }

    [Fact]
    public async Task A_copy_that_is_given_up_leaves_nothing_and_can_be_made_again()
    {
        await _source.Database.DisposeAsync();
        using var given = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => StoreCopy.RunAsync(
            _source.Path, Target, null, TimeProvider.System, step => { if (step.Table == "attempts") { given.Cancel(); } }, given.Token));
        Assert.True(await CopyAsync() > 0);
    }

    [Fact]
    public async Task The_store_of_a_running_gateway_is_not_copied() => await Assert.ThrowsAsync<DatabaseInUseException>(() => CopyAsync());

    private Task<long> CopyAsync() => StoreCopy.RunAsync(_source.Path, Target, null, TimeProvider.System, _ => { }, Cancel);

    // Something in every table, with every kind of value: nothing, bytes, texts in many alphabets, negative amounts.
    private async Task FillAsync()
    {
        await _source.Accounts.AddAsync(Sample.Account, [Sample.Key, Sample.NewKey("key_admin", null, "fg_admin_X", 9, Model.Gateway.KeyKind.Admin)], Sample.Audit("acc_1"), Cancel);
        await _source.Accounts.AddAsync(Sample.OtherAccount, [Sample.OtherKey], Sample.Audit("acc_2"), Cancel);
        await _source.Events.OpenAsync(Sample.Account.Id, Sample.Start, Sample.Start.AddDays(1), Cancel);
        var endpoint = await _source.Endpoints.AddAsync(
            new WebhookEndpoint
            {
                Id = new EndpointId("ep_1"),
                Account = Sample.Account.Id,
                Number = 0,
                Url = "https://example.com/ż",
                Events = WebhookEvents.Accepted | WebhookEvents.Failed,
                CreatedAt = Sample.Start,
            },
            Cancel);
        Assert.NotNull(endpoint);
        for (var i = 0; i < 5; i++)
        {
            var task = Sample.Task($"task_{i}", null, Model.Requests.GenerationRequest.StoredImagePrefix + Sample.Sha('a')) with
            {
                Hold = Usd.FromDollars(1),
                Metadata = Sample.Task("x").Metadata.Add("Zażółć 'gęślą'", "jaźń \" 😀"),
                ExternalId = $"mine {i}",
            };
            var claim = new Model.Requests.IdempotencyClaim($"key {i}", Sample.Sha('f'), Sample.Start.AddDays(1));
            var happened = new NewEvent(new DeliveryId($"evt_a{i}"), WebhookEvents.Accepted, () => new byte[] { 0, 0xff, 0xc3, 0x28 });
            Assert.IsType<AdmissionOutcome.Accepted>(await _source.Tasks.AdmitAsync(new Admission(task, claim) { Event = happened }, Cancel));
            foreach (var step in i switch
            {
                0 => Sample.ToCompleted($"att_{i}", Sample.Input(0, 'a')).Append(Sample.Succeed(Sample.Clip($"clip_{i}", '1', '2'), Sample.Callback($"evt_s{i}"))),
                1 => [Sample.Fail(Sample.Callback($"evt_s{i}"))],
                2 => [Sample.StoreInputs(Sample.Input(0, 'a')), Sample.Prepare($"att_{i}"), Sample.Send($"att_{i}")],
                _ => Array.Empty<TaskTransition>(),
            })
            {
                var outcome = await _source.Tasks.ApplyAsync(task, step, Cancel);
                Assert.True(outcome.Won);
                task = outcome.Task;
            }
        }

        var delivery = (await _source.Deliveries.FindOfTaskAsync(Sample.Task("task_0").Key, Cancel))[0];
        await _source.Deliveries.RecordAsync(
            delivery, new DeliveryAttempt(Sample.Start, TimeSpan.FromMilliseconds(7), 500, "It broke: ż", null, "an answer"), Sample.Start.AddHours(1), DisablingRule.Default, _ => throw new NotSupportedException(), Cancel);
        Assert.True(await _source.Uploads.AddAsync(
            new Model.Gateway.Upload
            {
                Id = new UploadId("upl_1"),
                Account = Sample.Account.Id,
                Sha256 = Sample.Sha('e'),
                MediaType = "image/png",
                Width = 10,
                Height = 20,
                Length = 30,
                CreatedAt = Sample.Start,
                ExpiresAt = Sample.Start.AddHours(1),
            },
            10,
            Cancel));
    }

    private static ValueTask<List<string>> AllRowsAsync(SqlDatabase database) => database.InspectAsync(
        0,
        static (session, _) =>
        {
            var rows = new List<string>();
            foreach (var table in StoreCopy.AllTables)
            {
                rows.AddRange(Rows(session, table));
            }

            rows.Sort(StringComparer.Ordinal);
            return rows;
        },
        Cancel);

    private static List<string> Rows(SqlSession session, string table)
    {
        var columns = session is PostgresSession
            ? Texts(session, "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1", table)
            : Texts(session, "SELECT name FROM pragma_table_info($1)", table);
        columns.Sort(StringComparer.Ordinal);
        var lines = new List<string>();
        using var row = session.Query($"SELECT {string.Join(", ", columns)} FROM {table}");
        while (row.Read())
        {
            var values = new List<string>();
            for (var i = 0; i < columns.Count; i++)
            {
                values.Add($"{columns[i]}={Shown(row.GetValue(i))}");
            }

            lines.Add($"{table}: {string.Join(' ', values)}");
        }

        return lines;
    }

    private static List<string> Texts(SqlSession session, string sql, string table)
    {
        var texts = new List<string>();
        using var row = session.Query(sql, table);
        while (row.Read())
        {
            texts.Add(row.GetString(0));
        }

        return texts;
    }

    private static string Shown(object? value) => value switch
    {
        null => "-",
        byte[] bytes => Convert.ToHexString(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
