using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Model.Gateway;

/// <summary>The counter for pictures that are sent ahead of the tasks that will use them.</summary>
public interface IUploadDesk
{
    /// <summary>Largest picture taken, in bytes.</summary>
    int LengthMax { get; }

    /// <summary>Takes one picture.</summary>
    /// <param name="caller">Who sends it.</param>
    /// <param name="writeAsync">Writes the bytes to a stream; what it throws passes through, and nothing is kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    ValueTask<UploadOutcome> TakeAsync(Caller caller, Func<Stream, CancellationToken, Task> writeAsync, CancellationToken cancellationToken);

    /// <summary>
    /// Names an upload before its bytes come, for surfaces whose clients ask for an address first and then send without a key. Nothing is
    /// kept of it: the ticket is signed.
    /// </summary>
    UploadTicket Reserve(Caller caller);

    /// <summary>Takes the picture of a ticket, once; null when the ticket is not ours or its hour is over.</summary>
    /// <param name="ticket"><see cref="UploadTicket.Token"/>.</param>
    /// <param name="writeAsync">As for <see cref="TakeAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<UploadOutcome?> TakeReservedAsync(string ticket, Func<Stream, CancellationToken, Task> writeAsync, CancellationToken cancellationToken);

    /// <summary>The upload, or null when the account has none of that id whose time is not over.</summary>
    ValueTask<Upload?> FindAsync(Caller caller, UploadId id, CancellationToken cancellationToken);

    /// <summary>The account's uploads whose time is not over, newest first.</summary>
    ValueTask<ImmutableArray<Upload>> ListAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>Ends an upload; tasks that use it keep its bytes. False when the account has no such upload.</summary>
    ValueTask<bool> DeleteAsync(Caller caller, UploadId id, CancellationToken cancellationToken);

    /// <summary>The address that tasks of the account put among their pictures.</summary>
    string AddressOf(UploadId id);
}

/// <summary>A checked picture that may be used in tasks of its account for a while.</summary>
public sealed record Upload
{
    /// <summary>Its id, part of the address under which tasks name it.</summary>
    public required UploadId Id { get; init; }
    /// <summary>Whose it is.</summary>
    public required AccountId Account { get; init; }
    /// <summary>Lower-case hex of its bytes' hash, which is its name in the store.</summary>
    public required string Sha256 { get; init; }
    /// <summary>Such as <c>image/png</c>, by content.</summary>
    public required string MediaType { get; init; }
    /// <summary>Pixels, as shown (orientation applied).</summary>
    public required int Width { get; init; }
    /// <summary>Pixels, as shown.</summary>
    public required int Height { get; init; }
    /// <summary>Bytes.</summary>
    public required long Length { get; init; }
    /// <summary>When it came.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>From when on no new task may use it.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>The right to send one picture without a key.</summary>
/// <param name="Id">The upload that it will be.</param>
/// <param name="Token">The right itself: a secret, good for an hour.</param>
/// <param name="Url">The address that tasks of the account put among their pictures, once the bytes are there.</param>
public sealed record UploadTicket(UploadId Id, string Token, string Url)
{
    /// <summary>Names the upload, never the token.</summary>
    public override string ToString() => Id.Value;
}

/// <summary>What came of an upload: a closed set.</summary>
public abstract record UploadOutcome
{
    private UploadOutcome()
    {
    }

    /// <summary>It may be used.</summary>
    /// <param name="Upload">The upload.</param>
    /// <param name="Url">The address that tasks of the account put among their pictures.</param>
    public sealed record Stored(Upload Upload, string Url) : UploadOutcome;

    /// <summary>The picture cannot be used.</summary>
    /// <param name="Failure">Why; the message is to be read after the picture's name.</param>
    /// <param name="IsPicture">Whether it is of a kind that is taken, although not one that fits the rules.</param>
    public sealed record Refused(Failure Failure, bool IsPicture) : UploadOutcome;

    /// <summary>The account has as many as it may have.</summary>
    /// <param name="Reason">In a sentence.</param>
    /// <param name="RetryAfter">When to ask again.</param>
    public sealed record TooMany(string Reason, TimeSpan RetryAfter) : UploadOutcome;
}
