using System.Collections.Immutable;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Providers;

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
        Assert.Equal(chosen, Router.Choose(choice, isTest, providers)?.Name);
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
}
