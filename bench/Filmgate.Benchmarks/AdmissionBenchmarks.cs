using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Engine.Admission;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Egress;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Storage;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;

namespace Filmgate.Benchmarks;

/// <summary>The way of a creation up to the store.</summary>
public class AdmissionBenchmarks
{
    private static readonly string[] Providers = ["animatic"];
    private static readonly OutboundUrlRules Rules = new EgressOptions().CallbackRules;

    private readonly string _key = KeyText.New(KeyKind.Test);
    private readonly IdSource _ids = new(TimeProvider.System, bytes => RandomNumberGenerator.Fill(bytes));
    private readonly GenerationDraft _draft = RequestReader.Read(Samples.RequestBody, out _)!;
    private readonly string _folder = Directory.CreateTempSubdirectory("filmgate-bench-").FullName;
    private SqliteDatabase _database = null!;
    private KeyRing _ring = null!;

    /// <summary>Opens a store with one account and one key.</summary>
    [GlobalSetup]
    public async Task OpenAsync()
    {
        _database = SqliteDatabase.Open(Path.Combine(_folder, "filmgate.db"));
        var accounts = new AccountStore(_database);
        var account = new Account(_ids.NewAccount(), "bench", AccountLimits.Default, new Budget(Usd.FromDollars(100)), Samples.Now);
        var key = new StoredKey
        {
            Id = _ids.NewKey(),
            Account = account.Id,
            Kind = KeyKind.Test,
            Name = "test key",
            Prefix = KeyText.VisiblePart(_key)!,
            Hash = [.. KeyText.Hash(_key)],
            CreatedAt = Samples.Now,
        };
        await accounts.AddAsync(account, [key], new AuditEntry(Samples.Now, "bench", "account.create", account.Id.Value), CancellationToken.None);
        _ring = new KeyRing(accounts, new KeyPairs(SigningKey.Open(_folder)), TimeProvider.System);
    }

    /// <summary>Closes the store and removes it.</summary>
    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>From bytes to a checked request.</summary>
    [Benchmark]
    public object? ReadAndCheckRequest() => GenerationRules.Check(RequestReader.Read(Samples.RequestBody, out _)!, Providers, out _);

    /// <summary>The check alone.</summary>
    [Benchmark]
    public object? CheckRequest() => GenerationRules.Check(_draft, Providers, out _);

    /// <summary>A new task id.</summary>
    [Benchmark]
    public TaskId NewTaskId() => _ids.NewTask();

    /// <summary>The hash of a key.</summary>
    [Benchmark]
    public byte[] HashKey() => KeyText.Hash(_key);

    /// <summary>A key that was seen within the last second.</summary>
    [Benchmark]
    public Caller? MatchRememberedKey() => _ring.AuthenticateAsync(_key, null, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>A callback address.</summary>
    [Benchmark]
    public bool CheckCallbackUrl() => OutboundUrl.Check("https://hooks.example.com/video?job=417", Rules).IsAllowed;
}
