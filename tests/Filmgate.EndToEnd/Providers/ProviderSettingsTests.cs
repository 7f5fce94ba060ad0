using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Providers;

/// <summary>Providers as an operator configures them: what is right starts, and all that is wrong is told at once.</summary>
public sealed class ProviderSettingsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_fault_names_its_setting_and_the_way_out_and_no_secret()
    {
        var settings = ServedGateway.Settings(_folder["data"]);
        settings["FILMGATE_ALLOW_NETWORKS"] = "";
        settings["APIXO_API_KEY"] = "secret key with spaces";
        foreach (var (name, value) in ((string, string)[])
        [
            ("Bad_Name:Dialect", "apixo"), ("Bad_Name:ApiKey", "secret-1"),
            ("auto:Dialect", "apixo"), ("auto:ApiKey", "secret-2"),
            ("animatic:Dialect", "apixo"), ("animatic:ApiKey", "secret-3"),
            ("unknown:Dialect", "sora"), ("unknown:ApiKey", "secret-4"),
            ("keyless:Dialect", "apixo"),
            ("homeless:Dialect", "filmgate"), ("homeless:ApiKey", "secret-5"),
            ("private:Dialect", "apixo"), ("private:BaseUrl", "http://10.1.2.3"), ("private:ApiKey", "secret-6"),
            ("leaky:Dialect", "apixo"), ("leaky:BaseUrl", "https://user:secret-7@example.com"), ("leaky:ApiKey", "secret-8"),
            ("wrong:Dialect", "apixo"), ("wrong:ApiKey", "secret-9"), ("wrong:ApiKeey", "secret-10"), ("wrong:Tier", "local"), ("wrong:Slots", "0"), ("wrong:BillsFailures", "perhaps"),
            ("wrong:ImageTransport", "upload"), ("wrong:Prices:pro-image-to-video:5", "cheap"), ("wrong:Prices:pro-image-to-video:7", "1"),
            ("wrong:Prices:amateur:5", "1"),
        ])
        {
            settings["Filmgate__Providers__" + name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var lines = await FaultsAsync(settings);
        foreach (var (setting, words) in ((string, string)[])
        [
            ("Providers:Bad_Name", "1 to 32 of a to z"),
            ("Providers:auto:", "'auto-1'"),
            ("Providers:animatic:", "'animatic-1'"),
            ("Providers:unknown:Dialect", "'sora' is no dialect. Use one of apixo"),
            ("Providers:keyless: ApiKey", "is missing; set it"),
            ("Providers:homeless:BaseUrl", "such as https://video.example.com"),
            ("Providers:private:BaseUrl", "'http://10.1.2.3' is refused"),
            ("Providers:leaky:BaseUrl", "user name or password"),
            ("Providers:wrong:ApiKeey", "A provider has Dialect, BaseUrl, ApiKey"),
            ("Providers:wrong:Tier", "'local' must be official or partner"),
            ("Providers:wrong:Slots", "'0' must be a whole number from 1 to 100000"),
            ("Providers:wrong:BillsFailures", "'perhaps' must be true or false"),
            ("Providers:wrong:ImageTransport", "Use url or dataUrl"),
            ("Providers:wrong:Prices:pro-image-to-video:5", "'cheap' must be US dollars"),
            ("Providers:wrong:Prices:pro-image-to-video:7", "5 and 10 seconds"),
            ("Providers:wrong:Prices:amateur", "'amateur' is no mode"),
            ("APIXO_API_KEY", "22 characters"),
        ])
        {
            var line = Assert.Single(lines, line => line.Contains(setting, StringComparison.Ordinal));
            Assert.Contains(words, line, StringComparison.Ordinal);
        }

        Assert.Equal(17, lines.Length);
        Assert.DoesNotContain(lines, line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_reference_file_is_right_and_changes_nothing()
    {
        Directory.CreateDirectory(_folder["here"]);
        File.Copy(Path.Combine(Root(), "docs", "operating", "filmgate.json"), Path.Combine(_folder["here"], "filmgate.json"));
        await using var process = FilmgateProcess.Start(_folder["here"], ServedGateway.Settings(_folder["data"]), "serve");
        await Eventually.TrueAsync(() => process.Out.Contains("Ready.") || process.HasExited, Patience, "Ready.");
        Assert.False(process.HasExited, string.Join('\n', process.Error));
    }

    [Fact]
    public async Task A_variable_alone_switches_a_vendor_on_and_requests_can_name_it()
    {
        await using var server = await ServedGateway.StartAsync(_folder["data"], ("APIXO_API_KEY", "the-key"));
        var answer = await server.Api.SendAsync(
            HttpMethod.Post, "api/v1/estimate/kling-2-1", """{"provider":"apixo","input":{"mode":"master-text-to-video","prompt":"A pier"}}""");
        Assert.True(answer.Status == 200, answer.ToString());

        // A test key still reaches nobody but the local renderer.
        Assert.Equal("animatic", answer.Data.GetProperty("provider").GetString());
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Filmgate.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests must lie within the repository.");
    }

    private async Task<string[]> FaultsAsync(Dictionary<string, string> settings)
    {
        await using var process = FilmgateProcess.Start(_folder.Path, settings, "serve");
        Assert.Equal(2, await process.ExitAsync(Patience));
        return [.. process.Error.Where(line => line.Length > 0)];
    }
}
