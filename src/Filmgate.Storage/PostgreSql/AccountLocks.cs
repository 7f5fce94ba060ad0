using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Filmgate.Model.Identity;

namespace Filmgate.Storage.PostgreSql;

/// <summary>
/// The locks under which writes happen: one for each account, and one for all writes that are for no account. A transaction takes those of all
/// its writes at its beginning, in the order of their numbers, so that no two transactions wait for one another, and keeps them until it ends.
/// </summary>
/// <remarks>
/// So whatever happens to one account happens one after the other in the whole cluster: its limits and its budget are exact, and the numbers of its
/// ledger entries and of its events are committed in their order. Readers rely on that: whoever has read up to a number never finds a smaller one
/// later (<see cref="IEventLog.ReadAsync"/>).
/// </remarks>
internal static class AccountLocks
{
    // Advisory locks have 64-bit numbers and are the whole database's. A hash keeps ours apart from one another and from anybody else's.
    private const string Domain = "filmgate account lock ";

    private static readonly long OfNone = NumberOf("");

    /// <summary>The numbers for these writes, each once, in order.</summary>
    public static long[] For(IReadOnlyList<IWrite> writes)
    {
        var accounts = new HashSet<AccountId?>();
        for (var i = 0; i < writes.Count; i++)
        {
            accounts.Add(writes[i].Account);
        }

        var numbers = new long[accounts.Count];
        var count = 0;
        foreach (var account in accounts)
        {
            numbers[count++] = account is { } known ? NumberOf(known.Value) : OfNone;
        }

        Array.Sort(numbers);
        return numbers;
    }

    private static long NumberOf(string account) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(Domain + account)));
}
