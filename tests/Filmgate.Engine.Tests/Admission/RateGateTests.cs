using System.Reflection;
using Filmgate.Engine.Admission;
using Filmgate.Engine.Grains;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans;

namespace Filmgate.Engine.Tests.Admission;

public sealed class RateGateTests
{
    private static readonly Caller Someone = new(new AccountId("acc_1"), new KeyId("key_1"), KeyKind.Live);

    private readonly FakeTimeProvider _time = new(House.Start);
    private readonly CountingAccount _account;
    private readonly RateGate _gate;

    public RateGateTests()
    {
        _account = new CountingAccount(_time);
        _gate = new RateGate(OneGrain.Of(_account), new WrongKeyGate(_time, NullLogger<WrongKeyGate>.Instance), _time);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lease_whose_minute_ends_before_it_is_used_is_followed_by_another_and_refuses_nobody()
    {
        // The answer is on its way while the minute ends.
        _account.Leased = () =>
        {
            if (_account.Leases == 1)
            {
                _time.Advance(RateWindow.Length);
            }
        };
        Assert.True((await _gate.TakeAsync(Someone, Cancel)).IsAllowed);
        Assert.Equal(2, _account.Leases);
    }

    [Fact]
    public async Task A_minute_that_is_used_up_refuses_and_asks_the_account_no_more()
    {
        _account.Limit = 1;
        Assert.True((await _gate.TakeAsync(Someone, Cancel)).IsAllowed);
        Assert.False((await _gate.TakeAsync(Someone, Cancel)).IsAllowed);
        var leases = _account.Leases;
        var refused = await _gate.TakeAsync(Someone, Cancel);
        Assert.Equal((false, leases), (refused.IsAllowed, _account.Leases));
    }

    [Fact]
    public async Task The_next_minute_begins_anew()
    {
        _account.Limit = 1;
        Assert.True((await _gate.TakeAsync(Someone, Cancel)).IsAllowed);
        Assert.False((await _gate.TakeAsync(Someone, Cancel)).IsAllowed);
        _time.Advance(RateWindow.Length);
        Assert.True((await _gate.TakeAsync(Someone, Cancel)).IsAllowed);
    }

    private sealed class CountingAccount(TimeProvider time) : IAccountGrain
    {
        private readonly RateWindow _window = new();

        public int Limit { get; set; } = 100;

        public int Leases { get; private set; }

        public Action? Leased { get; set; }

        public ValueTask<RateLease> LeaseRequestsAsync(int wanted)
        {
            Leases++;
            var lease = _window.Lease(wanted, Limit, time.GetUtcNow());
            Leased?.Invoke();
            return ValueTask.FromResult(lease);
        }
    }

    // A factory that knows one grain, whoever is asked for.
    public class OneGrain : DispatchProxy
    {
        private object? _grain;

        internal static IGrainFactory Of(object grain)
        {
            var factory = Create<IGrainFactory, OneGrain>();
            ((OneGrain)(object)factory)._grain = grain;
            return factory;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _grain;
    }
}
