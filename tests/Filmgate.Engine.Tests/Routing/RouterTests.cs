using System.Collections.Immutable;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Tests.Routing;

public sealed class RouterTests
{
    private const string Everybody = "fal:Partner kie:Partner kling:Official animatic:Local";

    [Theory]
    [InlineData("auto", false, Everybody, "fal")]
    [InlineData("value", false, Everybody, "fal")]
    [InlineData("official", false, Everybody, "kling")]
    [InlineData("kie", false, Everybody, "kie")]
    [InlineData("animatic", false, Everybody, "animatic")]
    [InlineData("nobody", false, Everybody, null)]
    [InlineData("auto", false, "kling:Official animatic:Local", "kling")]
    [InlineData("value", false, "kling:Official animatic:Local", null)]
    [InlineData("official", false, "fal:Partner animatic:Local", null)]
    [InlineData("auto", false, "animatic:Local", "animatic")]
    [InlineData("value", false, "animatic:Local", "animatic")]
    [InlineData("official", false, "animatic:Local", "animatic")]
    [InlineData("auto", false, "", null)]
    [InlineData("auto", true, Everybody, "animatic")]
    [InlineData("official", true, Everybody, "animatic")]
    [InlineData("kling", true, Everybody, "animatic")]
    [InlineData("auto", true, "fal:Partner kling:Official", null)]
    public void A_choice_leads_to_a_provider(string choice, bool isTest, string configured, string? chosen)
    {
        var providers = configured.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split(':'))
            .Select(parts => (IVideoProvider)new ScriptedProvider(parts[0], "/nowhere", Enum.Parse<ProviderTier>(parts[1]))).ToImmutableArray();
        Assert.Equal(chosen, Router.Choose(Asking(choice), isTest, providers)?.Name);
    }

    [Theory]
    [InlineData("auto", "", "fal")]
    [InlineData("auto", "fal", "kie")]
    [InlineData("auto", "fal kie", "kling")]
    [InlineData("auto", "fal kie kling", "fal")]
    [InlineData("value", "fal", "kie")]
    [InlineData("value", "fal kie", "fal")]
    [InlineData("fal", "fal", "fal")]
    public void Who_turned_the_task_away_is_asked_again_only_when_there_is_no_other(string choice, string shunned, string chosen)
    {
        ImmutableArray<IVideoProvider> providers =
        [
            new ScriptedProvider("fal", "/nowhere"),
            new ScriptedProvider("kie", "/nowhere"),
            new ScriptedProvider("kling", "/nowhere", ProviderTier.Official),
        ];
        Assert.Equal(chosen, Router.Choose(Asking(choice), false, providers, [.. shunned.Split(' ')])?.Name);
    }

    [Fact]
    public void A_strategy_passes_over_providers_that_object()
    {
        ImmutableArray<IVideoProvider> providers = [Taking("fal", 4, GenerationModes.All[0]), Taking("kie", 3, GenerationModes.All[2]), Taking("zeta", 2500, GenerationModes.All[2])];
        Assert.Equal("zeta", Router.Choose(Asking("auto"), false, providers)?.Name);
    }

    [Theory]
    [InlineData("auto", FailureCode.PromptTooLong, "kie takes prompts of at most 3 characters")]
    [InlineData("kie", FailureCode.PromptTooLong, "kie takes prompts of at most 3 characters")]
    [InlineData("fal", FailureCode.ModelUnavailable, "fal does not serve master-text-to-video")]
    [InlineData("official", FailureCode.ModelUnavailable, "No configured provider can take this task.")]
    public void When_all_object_the_failure_says_why(string choice, FailureCode code, string words)
    {
        ImmutableArray<IVideoProvider> providers = [Taking("fal", 3, GenerationModes.All[0]), Taking("kie", 3, GenerationModes.All[2])];
        Assert.Null(Router.Choose(Asking(choice), false, providers));
        var failure = Router.WhyNone(Asking(choice), isTest: false, providers);
        Assert.Equal(code, failure.Code);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_lists_providers_by_name_and_knows_no_others()
    {
        var directory = new ProviderDirectory([new ScriptedProvider("kling", "/nowhere"), new ScriptedProvider("fal", "/nowhere")]);
        Assert.Equal(["fal", "kling"], directory.All.Select(provider => provider.Name));
        Assert.True(directory.TryGet("fal", out var fal));
        Assert.Equal("fal", fal.Name);
        Assert.False(directory.TryGet("Fal", out _));
    }

    private static GenerationRequest Asking(string choice) => House.NewTask().Request with { Provider = choice };

    private static ScriptedProvider Taking(string name, int promptLengthMax, ModeRules mode) => new(name, "/nowhere")
    {
        Facts = new ProviderFacts(ProviderTier.Partner, Slots: 4, OwnIdQueryable: true, FailureBills: false) { PromptLengthMax = promptLengthMax, Modes = [mode.Mode] },
    };
}
