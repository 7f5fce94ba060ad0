using Filmgate.Engine.Artifacts.S3;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Configuration;

namespace Filmgate.Server;

/// <summary>Reads <c>FILMGATE_ARTIFACTS</c> and the keys that belong to it.</summary>
internal sealed class ArtifactSettingsReader(IConfiguration configuration, string dataFolder, List<string> errors)
{
    private const string Name = "FILMGATE_ARTIFACTS";
    private const string AccessKeyName = "FILMGATE_S3_ACCESS_KEY";
    private const string SecretKeyName = "FILMGATE_S3_SECRET_KEY";
    private const string DiskPrefix = "disk:";
    private const string S3Prefix = "s3://";
    private const int BucketLengthMin = 3;
    private const int BucketLengthMax = 63;

    private static readonly string[] Options = ["endpoint", "region", "path-style", "reads"];

    /// <summary>The settings; errors are added to the list, and what is returned then is used by nobody.</summary>
    public ArtifactSettings Read()
    {
        var text = Text(Name, "Filmgate:Artifacts:Store") ?? "disk";
        var accessKey = Text(AccessKeyName, "Filmgate:Artifacts:AccessKey");
        var secretKey = Text(SecretKeyName, "Filmgate:Artifacts:SecretKey");
        var folder = Path.Combine(dataFolder, "artifacts");
        if ((accessKey is null) != (secretKey is null))
        {
            errors.Add($"{(accessKey is null ? AccessKeyName : SecretKeyName)}: missing. Give both keys, or neither to use the credentials of the environment, profile or machine.");
        }

        if (text.StartsWith(S3Prefix, StringComparison.Ordinal))
        {
            return new ArtifactSettings.S3(folder, ReadS3(text) with { AccessKey = accessKey, SecretKey = secretKey });
        }

        if (accessKey is not null || secretKey is not null)
        {
            errors.Add($"{AccessKeyName}: artifacts are kept on a disk, which takes no keys. Set {Name} to s3://BUCKET, or leave the keys out.");
        }

        if (text == "disk")
        {
            return new ArtifactSettings.Disk(folder);
        }

        if (text.StartsWith(DiskPrefix, StringComparison.Ordinal) && text.Length > DiskPrefix.Length)
        {
            return new ArtifactSettings.Disk(Path.GetFullPath(text[DiskPrefix.Length..]));
        }

        errors.Add($"{Name}: '{text}' is no place for artifacts. Use disk, disk:/PATH or s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION.");
        return new ArtifactSettings.Disk(folder);
    }

    private S3Settings ReadS3(string text)
    {
        var (place, query) = text[S3Prefix.Length..].Split('?', 2) is [var before, var after] ? (before, after) : (text[S3Prefix.Length..], "");
        var (bucket, prefix) = place.Split('/', 2) is [var first, var rest] ? (first, rest.Trim('/')) : (place, "");
        if (bucket.Length is < BucketLengthMin or > BucketLengthMax || bucket.Any(sign => !char.IsAsciiLetterLower(sign) && !char.IsAsciiDigit(sign) && sign is not ('-' or '.')))
        {
            errors.Add($"{Name}: '{bucket}' is no bucket. Its name has {BucketLengthMin} to {BucketLengthMax} small letters, digits, dots and hyphens.");
        }

        var options = QueryHelpers.ParseQuery(query);
        foreach (var unknown in options.Keys.Where(name => !Options.Contains(name)))
        {
            errors.Add($"{Name}: '{unknown}' is no option. There are {string.Join(", ", Options)}.");
        }

        var endpoint = ReadEndpoint(options.GetValueOrDefault("endpoint"));
        var region = options.TryGetValue("region", out var given) ? given.ToString() : null;
        if (region is null && !options.ContainsKey("endpoint"))
        {
            errors.Add($"{Name}: neither endpoint nor region is given. Name the service with endpoint=https://HOST, or Amazon's region with region=eu-central-1.");
        }

        var settings = new S3Settings
        {
            Bucket = bucket,
            Prefix = prefix.Length == 0 ? "" : prefix + "/",
            Endpoint = endpoint,
            PathStyle = ReadChoice(options.GetValueOrDefault("path-style"), "path-style", "true", "false") ?? endpoint is not null,
            RedirectsReads = ReadChoice(options.GetValueOrDefault("reads"), "reads", "redirect", "proxy") ?? false,
        };
        return region is null ? settings : settings with { Region = region };
    }

    private Uri? ReadEndpoint(string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https" && endpoint.PathAndQuery == "/" && endpoint.UserInfo.Length == 0)
        {
            return endpoint;
        }

        errors.Add($"{Name}: the endpoint is no address. Use https://HOST or https://HOST:PORT; keys belong into {AccessKeyName} and {SecretKeyName}.");
        return null;
    }

    private bool? ReadChoice(string? text, string option, string yes, string no)
    {
        if (text is not null && text != yes && text != no)
        {
            errors.Add($"{Name}: {option} is '{text}' and must be {yes} or {no}.");
        }

        return text is null ? null : text == yes;
    }

    private string? Text(string shortName, string longName)
    {
        var text = configuration[shortName] ?? configuration[longName];
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }
}
