using Filmgate.Model.Identity;
using Filmgate.Model.Money;

namespace Filmgate.Model.Accounts;

/// <summary>A tenant: it owns keys and tasks, and its limits and budget bind all of them together.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">For people.</param>
/// <param name="Limits">How much it may ask for at a time.</param>
/// <param name="Budget">How much it may spend.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record Account(AccountId Id, string Name, AccountLimits Limits, Budget Budget, DateTimeOffset CreatedAt)
{
    /// <summary>Where its tasks may go. Default: everywhere.</summary>
    public RoutingPolicy Routing { get; init; } = RoutingPolicy.Default;
}

/// <summary>How much an account may ask for at a time. Defaults: APIXO's model page.</summary>
/// <param name="RequestsPerMinute">Requests of any kind in a minute, at least 1. Default: 10000.</param>
/// <param name="TasksInFlight">Tasks that are not terminal, at least 0; 0 admits none. Default: 1000.</param>
public sealed record AccountLimits(int RequestsPerMinute = 10_000, int TasksInFlight = 1000)
{
    /// <summary>The defaults.</summary>
    public static AccountLimits Default { get; } = new();
}

/// <summary>How much an account may spend: holds and settled charges together.</summary>
/// <param name="Total">In all its life.</param>
/// <param name="PerDay">In a day (UTC); null for no limit of its own.</param>
/// <param name="PerMonth">In a month (UTC); null for no limit of its own.</param>
public sealed record Budget(Usd Total, Usd? PerDay = null, Usd? PerMonth = null);

/// <summary>What an account has spent, as budgets see it.</summary>
/// <param name="Total">In all its life.</param>
/// <param name="Today">On the day asked about.</param>
/// <param name="ThisMonth">In the month of that day.</param>
public readonly record struct Spending(Usd Total, Usd Today, Usd ThisMonth);

/// <summary>Decides whether a price fits a budget: a pure function.</summary>
public static class Budgets
{
    /// <summary>What may still be spent: the tightest of the three limits, never below zero.</summary>
    public static Usd Left(this Budget budget, Spending spent)
    {
        ArgumentNullException.ThrowIfNull(budget);
        var left = budget.Total - spent.Total;
        left = budget.PerDay is { } day ? Least(left, day - spent.Today) : left;
        left = budget.PerMonth is { } month ? Least(left, month - spent.ThisMonth) : left;
        return left > Usd.Zero ? left : Usd.Zero;
    }

    private static Usd Least(Usd one, Usd other) => one < other ? one : other;
}
