namespace Filmgate.Engine.Artifacts.S3;

/// <summary>Where an S3-compatible service keeps our files, and how it is spoken to.</summary>
public sealed record S3Settings
{
    /// <summary>The bucket. It must exist.</summary>
    public required string Bucket { get; init; }

    /// <summary>What every key begins with: empty, or a text that ends with a slash. Default: empty.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The service's address; null for Amazon's own in <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for. Default: <c>us-east-1</c>, which services without regions accept.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Whether the bucket is named in the path (<c>https://host/bucket/key</c>) and not in the host name.</summary>
    public bool PathStyle { get; init; }

    /// <summary>Whether clients that fetch a clip by its link are sent to the service, which they must then reach. Default: false.</summary>
    public bool RedirectsReads { get; init; }

    /// <summary>The access key; null to find credentials as Amazon's tools do: environment, profile, container, machine.</summary>
    public string? AccessKey { get; init; }

    /// <summary>The secret that belongs to <see cref="AccessKey"/>.</summary>
    public string? SecretKey { get; init; }

    /// <summary>Longest part of a file, in bytes: what is longer than two of them is sent in parts. At least 5 MiB, which is the protocol's least. Default: 16 MiB.</summary>
    public long PartLength { get; init; } = 16 * 1024 * 1024;

    /// <summary>Times a call is repeated when the service is busy or out of reach. Default: 2.</summary>
    public int Repetitions { get; init; } = 2;

    // Settings may be logged whole by somebody, and the secret must not be.
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{Endpoint} {Region} {Bucket}/{Prefix}");
        return true;
    }
}
