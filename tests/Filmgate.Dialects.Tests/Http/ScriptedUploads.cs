using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Http;

/// <summary>An upload desk in memory: takes bytes that begin like a PNG, and acts out other outcomes when the bytes say so.</summary>
internal sealed class ScriptedUploads : IUploadDesk
{
    public static readonly DateTimeOffset Taken = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000);

    private readonly ConcurrentDictionary<UploadId, Upload> uploads = [];
    private readonly ConcurrentDictionary<string, Caller> tickets = [];
    private int last;

    public static byte[] Png { get; } = [0x89, .. "PNG\r\n\u001a\n rest"u8];

    public int LengthMax => 1_000_000;

    public string AddressOf(UploadId id) => $"{ScriptedDesk.PublicAddress}/uploads/{id}";

    public async ValueTask<UploadOutcome> TakeAsync(Caller caller, Func<Stream, CancellationToken, Task> writeAsync, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        await writeAsync(stream, cancellationToken);
        var bytes = stream.ToArray();
        if (bytes.AsSpan().StartsWith("full"u8))
        {
            return new UploadOutcome.TooMany("The account has its 1000 uploads.", TimeSpan.FromMinutes(4));
        }

        if (bytes.AsSpan().StartsWith("disk"u8))
        {
            throw new IOException("secret detail");
        }

        if (!bytes.AsSpan().StartsWith(Png.AsSpan(0, 8)))
        {
            return new UploadOutcome.Refused(new Failure(FailureCode.UnsupportedFormat, "is no JPEG, PNG or WebP picture"), IsPicture: false);
        }

        var upload = new Upload
        {
            Id = new UploadId($"upl_{Interlocked.Increment(ref last):d36}"),
            Account = caller.Account,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            MediaType = "image/png",
            Width = 300,
            Height = 300,
            Length = bytes.Length,
            CreatedAt = Taken.AddSeconds(last),
            ExpiresAt = Taken.AddSeconds(last).AddDays(1),
        };
        uploads[upload.Id] = upload;
        return new UploadOutcome.Stored(upload, AddressOf(upload.Id));
    }

    public UploadTicket Reserve(Caller caller)
    {
        var id = new UploadId($"upl_{Interlocked.Increment(ref last):d36}");
        var ticket = new UploadTicket(id, $"ticket.{id}", AddressOf(id));
        tickets[ticket.Token] = caller;
        return ticket;
    }

    public async ValueTask<UploadOutcome?> TakeReservedAsync(string ticket, Func<Stream, CancellationToken, Task> writeAsync, CancellationToken cancellationToken) =>
        tickets.TryRemove(ticket, out var caller) ? await TakeAsync(caller, writeAsync, cancellationToken) : null;

    public ValueTask<Upload?> FindAsync(Caller caller, UploadId id, CancellationToken cancellationToken) =>
        new(uploads.TryGetValue(id, out var upload) && upload.Account == caller.Account ? upload : null);

    public ValueTask<ImmutableArray<Upload>> ListAsync(Caller caller, CancellationToken cancellationToken) =>
        new([.. uploads.Values.Where(upload => upload.Account == caller.Account).OrderByDescending(upload => upload.Id.Value, StringComparer.Ordinal)]);

    public async ValueTask<bool> DeleteAsync(Caller caller, UploadId id, CancellationToken cancellationToken) =>
        await FindAsync(caller, id, cancellationToken) is not null && uploads.TryRemove(id, out _);
}
