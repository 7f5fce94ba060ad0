using Filmgate.Engine.Routing;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Providers;

namespace Filmgate.Engine.Tests.Routing;

public sealed class ProviderHealthTests
{
    private static readonly DateTimeOffset Now = House.Start;

    private readonly ProviderHealth _health = new();

    [Theory]
    [InlineData(RefusalClass.Busy, CoolingCause.Throttled, 2)]
    [InlineData(RefusalClass.Balance, CoolingCause.Balance, 60)]
    [InlineData(RefusalClass.Auth, CoolingCause.Auth, 60)]
    [InlineData(RefusalClass.Permission, CoolingCause.Permission, 60)]
    public void A_cause_that_is_certain_begins_its_own_pause_at_once(RefusalClass refusal, CoolingCause cause, int seconds)
    {
        Note(refusal, Now);
        Assert.Equal(cause, _health.Cause);
        Assert.Equal(Now.AddSeconds(seconds), _health.CoolsUntil);
        Assert.True(_health.IsCooling(Now.AddSeconds(seconds - 1)));
        Assert.False(_health.IsCooling(Now.AddSeconds(seconds)));
        Assert.Equal(1, _health.SubmissionsMax(Now.AddSeconds(seconds)));
    }

    [Theory]
    [InlineData(RefusalClass.Outage)]
    [InlineData(RefusalClass.NotReceived)]
    public void An_outage_is_several_failures_in_a_row(RefusalClass refusal)
    {
        for (var i = 1; i < ProviderHealth.OutageAfter; i++)
        {
            Note(refusal, Now);
            Assert.Null(_health.Cause);
        }

        Note(refusal, Now);
        Assert.Equal(CoolingCause.Outage, _health.Cause);
        Assert.Equal(Now, _health.UnwellSince);
    }

    [Fact]
    public void Lost_answers_count_towards_an_outage_and_an_accepted_task_ends_the_row()
    {
        for (var i = 1; i < ProviderHealth.OutageAfter; i++)
        {
            _health.Note(new ProviderNews(NewsKind.Lost), Now, 0.5);
        }

        _health.Note(new ProviderNews(NewsKind.Accepted), Now, 0.5);
        Note(RefusalClass.Outage, Now);
        Assert.Null(_health.Cause);
    }

    [Theory]
    [InlineData(RefusalClass.Input)]
    [InlineData(RefusalClass.Policy)]
    public void A_provider_that_judges_a_request_works(RefusalClass refusal)
    {
        Note(RefusalClass.Auth, Now);
        Note(refusal, Now.AddMinutes(2));
        Assert.Null(_health.Cause);
        Assert.Null(_health.UnwellSince);
    }

    [Fact]
    public void A_pause_doubles_while_its_cause_lasts_up_to_a_longest_one()
    {
        var at = Now;
        var pauses = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            Note(RefusalClass.Balance, at);
            pauses.Add((_health.CoolsUntil!.Value - at).TotalMinutes);
            at = _health.CoolsUntil.Value;
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], pauses);
        Assert.Equal(Now, _health.UnwellSince);
    }

    [Fact]
    public void Refusals_that_were_under_way_when_the_pause_began_do_not_lengthen_it()
    {
        Note(RefusalClass.Auth, Now);
        var until = _health.CoolsUntil;
        Note(RefusalClass.Auth, Now.AddSeconds(5));
        Assert.Equal(until, _health.CoolsUntil);
    }

    [Fact]
    public void A_wait_that_the_provider_asks_for_is_kept_to() =>
        Assert.Equal(Now.AddSeconds(17), After(new ProviderNews(NewsKind.Refused, RefusalClass.Busy, TimeSpan.FromSeconds(17))).CoolsUntil);

    [Fact]
    public void The_success_rate_needs_some_tasks_and_forgets_old_ones()
    {
        Assert.Null(After(new ProviderNews(NewsKind.Completed)).SuccessRate);
        _health.Note(new ProviderNews(NewsKind.Completed), Now, 0.5);
        _health.Note(new ProviderNews(NewsKind.Failed), Now, 0.5);
        _health.Note(new ProviderNews(NewsKind.Failed), Now, 0.5);
        Assert.Equal(0.5, _health.SuccessRate);
        for (var i = 0; i < 4; i++)
        {
            _health.Note(new ProviderNews(NewsKind.Completed), Now.AddHours(3), 0.5);
        }

        Assert.InRange(_health.SuccessRate!.Value, 0.95, 1);
    }

    private void Note(RefusalClass refusal, DateTimeOffset at) => _health.Note(new ProviderNews(NewsKind.Refused, refusal), at, 0.5);

    private ProviderHealth After(ProviderNews news)
    {
        _health.Note(news, Now, 0.5);
        return _health;
    }
}
