using System.Collections.Immutable;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Filmgate.Dialects.Apixo;
using Filmgate.Engine.Admission;
using Filmgate.Engine.Egress;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Storage;

namespace Filmgate.Benchmarks;

/// <summary>The way of a creation up to the store.</summary>
public class AdmissionBenchmarks
{
    private static readonly string[] Providers = ["animatic"];
    private static readonly OutboundUrlRules Rules = new EgressOptions().CallbackRules;

    private readonly string _key = KeyText.New(KeyKind.Test);
    private readonly IdSource _ids = new(TimeProvider.System, bytes => RandomNumberGenerator.Fill(bytes));
    private readonly GenerationDraft _draft = RequestReader.Read(Samples.RequestBody, out _)!;
    private readonly KeyRing _ring;

    /// <summary>Prepares.</summary>
    public AdmissionBenchmarks() => _ring = new KeyRing(new OneKey(_key), TimeProvider.System);

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
    public Caller? MatchRememberedKey() => _ring.AuthenticateAsync(_key, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>A callback address.</summary>
    [Benchmark]
    public bool CheckCallbackUrl() => OutboundUrl.Check("https://hooks.example.com/video?job=417", Rules).IsAllowed;

    private sealed class OneKey(string key) : IAccountStore
    {
        private readonly ImmutableArray<StoredKey> _keys =
        [
            new(new KeyId("key_1"), new AccountId("acc_1"), KeyKind.Test, "test key", KeyText.VisiblePart(key)!, [.. KeyText.Hash(key)], Samples.Now),
        ];

        public ValueTask<ImmutableArray<StoredKey>> FindKeysAsync(string prefix, CancellationToken cancellationToken) => ValueTask.FromResult(_keys);

        public ValueTask<bool> AnyAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask AddAsync(Account account, ImmutableArray<StoredKey> keys, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask AddKeyAsync(StoredKey key, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask RevokeKeyAsync(KeyId key, DateTimeOffset at, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<Account?> FindFirstAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<Usd> BalanceAsync(AccountId account, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
