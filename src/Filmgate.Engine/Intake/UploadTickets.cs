using Filmgate.Engine.Artifacts;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Intake;

/// <summary>
/// Rights to send one picture without a key: <c>account.upload.expiry.signature</c>. Nothing is kept of them; that one is used once follows
/// from the upload's id, which can be stored once.
/// </summary>
public sealed class UploadTickets(SigningKey key)
{
    private const int TicketLengthMax = 256;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly HmacSigner _signer = new(key.Derive("upload ticket", string.Empty));

    /// <summary>A ticket for an upload.</summary>
    public string Issue(AccountId account, UploadId id, DateTimeOffset now)
    {
        var claim = $"{account.Value}.{id.Value}.{(now + Lifetime).ToUnixTimeSeconds()}";
        return $"{claim}.{_signer.Sign(claim)}";
    }

    /// <summary>Reads a ticket; false for one that is not ours or whose hour is over.</summary>
    public bool TryRead(string ticket, DateTimeOffset now, out AccountId account, out UploadId id)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        account = default;
        id = default;
        var end = ticket.LastIndexOf('.');
        if (ticket.Length > TicketLengthMax || end < 0 || !_signer.IsSigned(ticket[..end], ticket[(end + 1)..]))
        {
            return false;
        }

        // The signature is ours, so the parts are as we wrote them.
        var parts = ticket.Split('.');
        account = new AccountId(parts[0]);
        id = new UploadId(parts[1]);
        return now.ToUnixTimeSeconds() < long.Parse(parts[2]);
    }
}
