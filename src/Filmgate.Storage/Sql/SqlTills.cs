using Filmgate.Model.Accounts;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Tasks;
using static Filmgate.Storage.Sql.SqlRows;

namespace Filmgate.Storage.Sql;

/// <summary>
/// The limits of the accounts whose tasks are admitted in the present transaction. An account's row is read at its first admission
/// and written once for all of them: before any other write of the transaction, and before its commit. In between only admissions
/// run, and these ask here, so caps and budgets are exact.
/// </summary>
internal sealed class SqlTills(SqlSession session)
{
    private readonly Dictionary<AccountId, Till> _open = [];

    /// <summary>Takes a place and the hold of a task, or says why there is none.</summary>
    public AdmissionOutcome? Take(VideoTask task)
    {
        var day = DateOnly.FromDateTime(task.CreatedAt.UtcDateTime);
        if (_open.TryGetValue(task.Key.Account, out var till) && till.Day != day)
        {
            Settle();
            till = null;
        }

        if (till is null)
        {
            till = Open(task.Key.Account, day);
            _open.Add(task.Key.Account, till);
        }

        if (till.Places == 0)
        {
            return new AdmissionOutcome.TooManyInFlight(till.InFlightMax);
        }

        // A free task asks for no money, so an account that has none left may have it.
        if (task.Hold > Usd.Zero && task.Hold > till.Left)
        {
            return new AdmissionOutcome.OverBudget(till.Left);
        }

        till.Take(task.Hold);
        return null;
    }

    /// <summary>Writes what was taken into the accounts' rows.</summary>
    public void Settle()
    {
        foreach (var (account, till) in _open)
        {
            if (till.Taken == 0)
            {
                continue;
            }

            var rows = session.Execute(
                """
                UPDATE accounts SET tasks_in_flight = tasks_in_flight + $1, held_micros = held_micros + $2
                WHERE id = $3 AND tasks_in_flight + $1 <= tasks_in_flight_max
                """,
                till.Taken, till.Held.Micros, account.Value);
            if (rows != 1)
            {
                throw new InvalidOperationException("A place was taken within the writer's own transaction.");
            }

            if (till.Held > Usd.Zero)
            {
                session.Post(
                    """
                    INSERT INTO daily_spending (account_id, day, micros) VALUES ($1, $2, $3)
                    ON CONFLICT (account_id, day) DO UPDATE SET micros = daily_spending.micros + excluded.micros
                    """,
                    account.Value, SqlAdmission.Day(till.Day), till.Held.Micros);
            }
        }

        _open.Clear();
    }

    /// <summary>Forgets what was taken: the transaction is undone.</summary>
    public void Forget() => _open.Clear();

    private Till Open(AccountId account, DateOnly day)
    {
        var word = SqlAdmission.Day(day);
        using var row = session.Query(
            """
            SELECT tasks_in_flight, tasks_in_flight_max, spending_limit_micros, day_limit_micros, month_limit_micros, held_micros + settled_micros,
                   CASE WHEN day_limit_micros IS NULL THEN 0 ELSE
                       (SELECT COALESCE(SUM(micros), 0) FROM daily_spending WHERE account_id = id AND day = $2) END,
                   CASE WHEN month_limit_micros IS NULL THEN 0 ELSE
                       (SELECT COALESCE(SUM(micros), 0) FROM daily_spending WHERE account_id = id AND day BETWEEN $3 || '-01' AND $3 || '-31') END
            FROM accounts WHERE id = $1
            """,
            account.Value, word, word[..7]);
        if (!row.Read())
        {
            throw new InvalidOperationException($"Account {account} does not exist.");
        }

        var budget = new Budget(new Usd(row.GetInt64(2)), OptionalUsd(row, 3), OptionalUsd(row, 4));
        var spent = new Spending(new Usd(row.GetInt64(5)), new Usd(row.GetInt64(6)), new Usd(row.GetInt64(7)));
        return new Till(day, row.GetInt32(1), Math.Max(row.GetInt32(1) - row.GetInt32(0), 0), budget.Left(spent));
    }

    /// <summary>One account. A hold counts against every part of its budget alike, so what is left falls by just the hold.</summary>
    private sealed class Till(DateOnly day, int inFlightMax, int places, Usd left)
    {
        public DateOnly Day { get; } = day;

        public int InFlightMax { get; } = inFlightMax;

        public int Places { get; private set; } = places;

        public Usd Left { get; private set; } = left;

        public int Taken { get; private set; }

        public Usd Held { get; private set; } = Usd.Zero;

        public void Take(Usd hold)
        {
            Places--;
            Taken++;
            Left -= hold;
            Held += hold;
        }
    }
}
