using System.Collections.Immutable;
using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Tests.Upstream;

public sealed class FactSheetTests
{
    public static TheoryData<string> Dialects => [.. ProviderDialects.All.Select(dialect => dialect.Name)];

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Every_dialect_has_facts_and_a_price_for_whatever_it_serves(string name)
    {
        var dialect = ProviderDialects.Find(name)!;
        Assert.NotEmpty(dialect.Facts.Modes);
        Assert.NotEmpty(dialect.Facts.ImageTransports);
        Assert.NotEqual(ProviderTier.Local, dialect.Facts.Tier);
        foreach (var mode in dialect.Facts.Modes)
        {
            foreach (var seconds in new[] { 5, 10 })
            {
                var request = new GenerationRequest { Mode = mode, Prompt = "A pier", DurationSeconds = seconds, CfgScale = 0.5m, Provider = "auto" };
                Assert.True(dialect.Facts.Prices.Of(request).Micros > 0, $"{name} has no price for {mode} of {seconds} s.");
            }
        }
    }

    [Fact]
    public void What_a_file_does_not_say_has_its_default()
    {
        var kling = ProviderDialects.Find("kling")!.Facts;
        Assert.Equal(TimeSpan.FromSeconds(30), kling.LookupSettles);
        Assert.Equal(1, ProviderDialects.Find("kie")!.Facts.TasksPerRead);
        Assert.Empty(ProviderDialects.Find("openai-videos")!.Facts.FinishTimes);
        Assert.Equal(FinishTime.Between(TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(120)), kling.FinishTimes[10]);
    }

    [Fact]
    public void No_two_dialects_have_one_name_and_no_two_one_variable()
    {
        Assert.Equal(ProviderDialects.All.Length, ProviderDialects.All.Select(dialect => dialect.Name).Distinct().Count());
        var variables = ProviderDialects.All.Select(dialect => dialect.Variables).OfType<CredentialVariables>()
            .SelectMany(names => new[] { names.ApiKey, names.AccessKey, names.SecretKey }).OfType<string>().ToArray();
        Assert.Equal(variables.Length, variables.Distinct().Count());
    }

    [Fact]
    public void All_that_is_wrong_with_facts_is_named_at_once()
    {
        var faults = new FactSheet
        {
            Vendor = "Nobody",
            AsOf = new DateOnly(1999, 1, 1),
            Sources = [],
            Tier = "local",
            Slots = 0,
            BillsFailure = true,
            BillsRefusal = true,
            OwnIdQueryable = false,
            Cancels = false,
            SendsCallbacks = false,
            ResultLifetimeDays = -1,
            PromptLengthMax = 0,
            TakesWebP = true,
            ImageTransports = ["pigeon"],
            LookupSettlesSeconds = -1,
            ReadsPerSecond = 0,
            TasksPerRead = 0,
            FinishSeconds = ImmutableDictionary<string, ImmutableArray<double>>.Empty.Add("7", [90, 60]),
            Prices = ImmutableDictionary<string, ImmutableDictionary<string, decimal>>.Empty
                .Add("amateur", ImmutableDictionary<string, decimal>.Empty.Add("7", 1)),
        }.Faults();
        foreach (var word in new[] { "sources", "asOf", "tier", "slots", "promptLengthMax", "resultLifetimeDays", "pigeon", "is no mode", "5 and 10", "readsPerSecond", "finishSeconds" })
        {
            Assert.Single(faults, fault => fault.Contains(word, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Facts_that_are_not_there_are_named_by_their_file()
    {
        var error = Assert.Throws<InvalidDataException>(() => FactSheet.Of(typeof(FactSheetTests)));
        Assert.Contains("facts.json", error.Message, StringComparison.Ordinal);
    }
}
