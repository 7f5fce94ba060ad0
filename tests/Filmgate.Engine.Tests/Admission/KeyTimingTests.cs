using System.Reflection;
using Filmgate.Engine.Admission;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Gateway;
using Filmgate.Storage;

namespace Filmgate.Engine.Tests.Admission;

/// <summary>Rows J2 and J4 of the reliability reference: neither a look-up nor the time of an answer tells a guesser how near a guess was.</summary>
public sealed class KeyTimingTests : IAsyncLifetime
{
    private const int Rounds = 20_000;
    private const string Known = "fg_live_abcd-0123456789-0123456789-0123456789";

    private static readonly TimeSpan DifferenceMax = TimeSpan.FromMicroseconds(50);

    private House _house = null!;
    private CountingStore _store = null!;
    private KeyRing _ring = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _house = await House.OpenAsync();
        _ring = new KeyRing(CountingStore.Around(_house.Accounts, out _store), _house.Pairs, _house.Time);
        await _house.Accounts.AddKeyAsync(House.NewKey("key_known", KeyKind.Live, Known), House.Audit("key_known"), Cancel);
    }

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task An_unknown_id_and_a_wrong_secret_take_the_same_time_however_much_of_the_secret_is_right()
    {
        string[] guesses = ["fg_live_none-0123456789-0123456789-0123456789", .. new[] { KeyText.VisibleLength, 20, 30, 40, Known.Length - 1 }.Select(RightUpTo)];
        var taken = guesses.Select(_ => new long[Rounds]).ToArray();

        // Turn by turn, so that whatever else the machine does meets all of them alike; a median does not care for the rest.
        for (var round = 0; round < Rounds; round++)
        {
            for (var guess = 0; guess < guesses.Length; guess++)
            {
                var began = TimeProvider.System.GetTimestamp();
                var caller = await _ring.AuthenticateAsync(guesses[guess], null, Cancel);
                taken[guess][round] = TimeProvider.System.GetTimestamp() - began;
                Assert.Null(caller);
            }
        }

        var medians = taken.Select(Median).ToArray();
        var told = string.Join(", ", medians.Select(median => $"{median.TotalMicroseconds} µs"));
        Assert.True(medians.Max() - medians.Min() < DifferenceMax, told);
        var wrongSecrets = medians[1..];
        Assert.True(wrongSecrets.Max() - wrongSecrets.Min() < DifferenceMax / 5, told);
        TestContext.Current.TestOutputHelper?.WriteLine(told);
    }

    [Fact]
    public async Task A_mistyped_key_costs_no_look_up()
    {
        foreach (var kind in Enum.GetValues<KeyKind>())
        {
            var key = KeyText.New(kind);
            for (var place = KeyText.Prefix(kind).Length; place < key.Length; place++)
            {
                Assert.Null(await _ring.AuthenticateAsync(key[..place] + (key[place] == 'x' ? 'y' : 'x') + key[(place + 1)..], null, Cancel));
            }

            Assert.Equal(0, _store.LookUps);
        }

        Assert.Null(await _ring.AuthenticateAsync(KeyText.New(KeyKind.Live), null, Cancel));
        Assert.Equal(1, _store.LookUps);
    }

    private static string RightUpTo(int length) => Known[..length] + new string('~', Known.Length - length);

    private static TimeSpan Median(long[] ticks)
    {
        Array.Sort(ticks);
        return TimeProvider.System.GetElapsedTime(0, ticks[ticks.Length / 2]);
    }

    /// <summary>The store, with a count of the look-ups by prefix.</summary>
#pragma warning disable CA1852 // What makes the proxy derives from it.
    private class CountingStore : DispatchProxy
#pragma warning restore CA1852
    {
        private IAccountStore _inner = null!;

        public int LookUps { get; private set; }

        public static IAccountStore Around(IAccountStore inner, out CountingStore counting)
        {
            var proxy = Create<IAccountStore, CountingStore>();
            counting = (CountingStore)(object)proxy;
            counting._inner = inner;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            LookUps += targetMethod!.Name == nameof(IAccountStore.FindKeysAsync) ? 1 : 0;
            return targetMethod.Invoke(_inner, args);
        }
    }
}
