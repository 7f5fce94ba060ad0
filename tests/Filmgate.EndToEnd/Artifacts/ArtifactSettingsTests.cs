using Filmgate.Server;
using Microsoft.Extensions.Configuration;

namespace Filmgate.EndToEnd.Artifacts;

/// <summary>What <c>FILMGATE_ARTIFACTS</c> may say.</summary>
public sealed class ArtifactSettingsTests
{
    [Fact]
    public void Without_a_word_artifacts_lie_in_the_data_folder() =>
        Assert.Equal(new ArtifactSettings.Disk(Path.Combine("/data", "artifacts")), Read(null, []));

    [Fact]
    public void A_mount_is_named_by_its_path() => Assert.Equal(new ArtifactSettings.Disk("/mnt/clips"), Read("disk:/mnt/clips", []));

    [Fact]
    public void A_bucket_of_a_service_is_named_with_all_that_reaches_it()
    {
        var read = Assert.IsType<ArtifactSettings.S3>(Read(
            "s3://clips/of/one?endpoint=https://s3.example.com:9000&region=eu-1&path-style=false&reads=redirect", [],
            ("FILMGATE_S3_ACCESS_KEY", "key"), ("FILMGATE_S3_SECRET_KEY", "secret")));
        Assert.Equal(Path.Combine("/data", "artifacts"), read.Folder);
        Assert.Equal(
            ("clips", "of/one/", new Uri("https://s3.example.com:9000"), "eu-1", false, true, "key", "secret"),
            (read.Settings.Bucket, read.Settings.Prefix, read.Settings.Endpoint, read.Settings.Region, read.Settings.PathStyle, read.Settings.RedirectsReads,
                read.Settings.AccessKey, read.Settings.SecretKey));
    }

    [Fact]
    public void Amazons_own_service_needs_a_region_and_no_more()
    {
        var read = Assert.IsType<ArtifactSettings.S3>(Read("s3://clips?region=eu-central-1", []));
        Assert.Equal(
            ("clips", "", null, "eu-central-1", false, false, null),
            (read.Settings.Bucket, read.Settings.Prefix, read.Settings.Endpoint, read.Settings.Region, read.Settings.PathStyle, read.Settings.RedirectsReads,
                read.Settings.AccessKey));
    }

    [Fact]
    public void A_service_elsewhere_is_addressed_by_path_unless_told_otherwise() =>
        Assert.True(Assert.IsType<ArtifactSettings.S3>(Read("s3://clips?endpoint=http://127.0.0.1:9000", [])).Settings.PathStyle);

    [Theory]
    [InlineData("ftp://clips", "Use disk, disk:/PATH or s3://BUCKET")]
    [InlineData("disk:", "Use disk, disk:/PATH or s3://BUCKET")]
    [InlineData("s3://Clips?region=eu-1", "'Clips' is no bucket")]
    [InlineData("s3://?region=eu-1", "'' is no bucket")]
    [InlineData("s3://clips", "neither endpoint nor region")]
    [InlineData("s3://clips?region=eu-1&colour=red", "'colour' is no option. There are endpoint, region, path-style, reads")]
    [InlineData("s3://clips?endpoint=s3.example.com", "the endpoint is no address")]
    [InlineData("s3://clips?endpoint=https://s3.example.com/path", "the endpoint is no address")]
    [InlineData("s3://clips?region=eu-1&reads=never", "reads is 'never' and must be redirect or proxy")]
    [InlineData("s3://clips?region=eu-1&path-style=1", "path-style is '1' and must be true or false")]
    public void What_is_wrong_is_told_with_the_way_out(string text, string said)
    {
        var errors = new List<string>();
        Read(text, errors);
        Assert.StartsWith("FILMGATE_ARTIFACTS: ", Assert.Single(errors), StringComparison.Ordinal);
        Assert.Contains(said, errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_in_an_address_are_refused_and_not_repeated()
    {
        var errors = new List<string>();
        Read("s3://clips?endpoint=https://key:hidden@s3.example.com", errors);
        Assert.Contains("FILMGATE_S3_SECRET_KEY", Assert.Single(errors), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_pair_of_keys_and_keys_for_a_disk_are_refused()
    {
        var errors = new List<string>();
        Read("s3://clips?region=eu-1", errors, ("FILMGATE_S3_ACCESS_KEY", "key"));
        Assert.StartsWith("FILMGATE_S3_SECRET_KEY: missing.", Assert.Single(errors), StringComparison.Ordinal);
        errors.Clear();
        Read("disk", errors, ("FILMGATE_S3_ACCESS_KEY", "key"), ("FILMGATE_S3_SECRET_KEY", "hidden"));
        Assert.Contains("takes no keys", Assert.Single(errors), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", errors[0], StringComparison.Ordinal);
    }

    private static ArtifactSettings Read(string? text, List<string> errors, params (string Name, string Value)[] more)
    {
        var settings = more.ToDictionary(setting => setting.Name, setting => (string?)setting.Value);
        settings["FILMGATE_ARTIFACTS"] = text;
        var read = new ArtifactSettingsReader(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), "/data", errors).Read();
        return read;
    }
}
