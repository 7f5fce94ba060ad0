using System.Collections.Immutable;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Model.Tests.Requests;

public sealed class GenerationRulesTests
{
    private static readonly string[] Providers = ["kling-b", "animatic"];

    private static readonly GenerationDraft Words = new() { Mode = "master-text-to-video", Prompt = "A lighthouse" };
    private static readonly GenerationDraft Picture = new() { Prompt = "Waves", ImageUrls = ["https://example.com/a.png"] };

    [Fact]
    public void A_draft_with_only_what_is_required_gets_the_published_defaults()
    {
        var request = Accepted(Picture);
        Assert.Equal(GenerationMode.StandardImageToVideo, request.Mode);
        Assert.Equal((5, 0.5m, "auto"), (request.DurationSeconds, request.CfgScale, request.Provider));
        Assert.Null(request.NegativePrompt);
        Assert.Null(request.AspectRatio);
        Assert.Equal(AspectRatio.Wide, Accepted(Words).AspectRatio);
    }

    [Fact]
    public void Everything_that_is_given_arrives_in_the_request()
    {
        var request = Accepted(new GenerationDraft
        {
            Mode = "pro-image-to-video",
            Prompt = "  From day to night ",
            NegativePrompt = "blur",
            Duration = 10.0m,
            ImageUrls = ["https://example.com/a.png", "https://example.com/b.png"],
            CfgScale = 0.75m,
            Provider = "kling-b",
            Source = "batch 7",
        });
        Assert.Equal((GenerationMode.ProImageToVideo, "  From day to night ", "blur", 10, 0.75m, "kling-b"),
            (request.Mode, request.Prompt, request.NegativePrompt, request.DurationSeconds, request.CfgScale, request.Provider));
        Assert.Equal(["https://example.com/a.png", "https://example.com/b.png"], request.Images);
    }

    [Fact]
    public void All_faults_are_found_at_once_in_the_order_of_the_fields()
    {
        var faults = Refused(new GenerationDraft
        {
            Mode = "master-text-to-video",
            Prompt = " ",
            NegativePrompt = new string('n', 501),
            Source = new string('s', 201),
            Duration = 7,
            ImageUrls = ["https://example.com/a.png"],
            AspectRatio = "4:3",
            CfgScale = 1.5m,
            Provider = "nobody",
        });
        Assert.Equal(
            [
                RequestField.Prompt, RequestField.NegativePrompt, RequestField.Source, RequestField.Duration, RequestField.ImageUrls,
                RequestField.AspectRatio, RequestField.CfgScale, RequestField.Provider,
            ],
            faults.Select(fault => fault.Field));
    }

    [Fact]
    public void An_unknown_mode_is_named_with_the_four_that_exist_and_does_not_hide_other_faults()
    {
        var faults = Refused(Words with { Mode = "fast", Duration = 0 });
        Assert.Equal([RequestField.Mode, RequestField.Duration], faults.Select(fault => fault.Field));
        Assert.Equal(
            "must be one of standard-image-to-video, pro-image-to-video, master-text-to-video, master-image-to-video", faults[0].Rule);
        Assert.Equal("fast", faults[0].Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  \t\r\n  　")]
    public void A_prompt_of_nothing_or_of_spaces_is_refused(string? prompt)
    {
        var fault = Assert.Single(Refused(Words with { Prompt = prompt }));
        Assert.Equal((RequestField.Prompt, FailureCode.InvalidPrompt), (fault.Field, fault.Code!.Value));
    }

    [Theory]
    [InlineData("a", 5000)]
    [InlineData("😀", 5000)]
    [InlineData("ż", 5000)]
    public void A_prompt_is_measured_in_unicode_characters_and_5000_are_the_most(string character, int most)
    {
        Assert.Equal(Times(character, most), Accepted(Words with { Prompt = Times(character, most) }).Prompt);
        var fault = Assert.Single(Refused(Words with { Prompt = Times(character, most + 1) }));
        Assert.Equal((RequestField.Prompt, FailureCode.PromptTooLong, "5001 characters"), (fault.Field, fault.Code!.Value, fault.Value!));
    }

    [Fact]
    public void A_negative_prompt_has_at_most_500_characters()
    {
        Assert.NotNull(Accepted(Words with { NegativePrompt = Times("😀", 500) }).NegativePrompt);
        var fault = Assert.Single(Refused(Words with { NegativePrompt = Times("😀", 501) }));
        Assert.Equal((RequestField.NegativePrompt, "must be at most 500 characters", FailureCode.PromptTooLong), (fault.Field, fault.Rule, fault.Code!.Value));
    }

    [Fact]
    public void A_source_has_at_most_200_characters_and_no_failure_code()
    {
        Accepted(Words with { Source = Times("😀", 200) });
        var fault = Assert.Single(Refused(Words with { Source = Times("s", 201) }));
        Assert.Equal((RequestField.Source, (FailureCode?)null), (fault.Field, fault.Code));
    }

    public static TheoryData<string> IllFormedTexts => ["a\0b", "\0", "\ud83d", "a\ud83d b", "\ude00\ud83d", "ends with \ud83d"];

    [Theory]
    [MemberData(nameof(IllFormedTexts))]
    public void Text_that_no_store_could_give_back_is_refused_in_every_text_field(string text)
    {
        var faults = Refused(Words with { Prompt = text, NegativePrompt = text, Source = text });
        Assert.Equal([RequestField.Prompt, RequestField.NegativePrompt, RequestField.Source], faults.Select(fault => fault.Field));
        Assert.All(faults, fault => Assert.Equal("must be well-formed Unicode text without U+0000", fault.Rule));
        Assert.All(faults, fault => Assert.Null(fault.Value));
    }

    [Theory]
    [InlineData("standard-image-to-video", 0, false)]
    [InlineData("standard-image-to-video", 1, true)]
    [InlineData("standard-image-to-video", 2, false)]
    [InlineData("pro-image-to-video", 0, false)]
    [InlineData("pro-image-to-video", 1, true)]
    [InlineData("pro-image-to-video", 2, true)]
    [InlineData("pro-image-to-video", 3, false)]
    [InlineData("master-text-to-video", 0, true)]
    [InlineData("master-text-to-video", 1, false)]
    [InlineData("master-image-to-video", 0, false)]
    [InlineData("master-image-to-video", 1, true)]
    [InlineData("master-image-to-video", 2, false)]
    public void A_mode_takes_its_number_of_images_only(string mode, int images, bool taken)
    {
        var draft = Words with { Mode = mode, ImageUrls = [.. Enumerable.Range(0, images).Select(i => $"https://example.com/{i}.png")] };
        if (taken)
        {
            Assert.Equal(images, Accepted(draft).Images.Length);
            return;
        }

        var fault = Assert.Single(Refused(draft));
        Assert.Equal((RequestField.ImageUrls, images == 1 ? "1 image" : $"{images} images"), (fault.Field, fault.Value!));
        Assert.Contains(GenerationModes.Find(mode)!.ImagesInWords, fault.Rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5", true)]
    [InlineData("10", true)]
    [InlineData("10.00", true)]
    [InlineData("5.5", false)]
    [InlineData("0", false)]
    [InlineData("-5", false)]
    [InlineData("2147483647", false)]
    [InlineData("79228162514264337593543950335", false)]
    public void A_clip_lasts_5_or_10_seconds(string seconds, bool taken) => Check(Words with { Duration = decimal.Parse(seconds) }, RequestField.Duration, taken);

    [Theory]
    [InlineData("0", true)]
    [InlineData("1", true)]
    [InlineData("0.333", true)]
    [InlineData("1.0000000001", false)]
    [InlineData("-0.1", false)]
    public void Closeness_goes_from_0_to_1(string scale, bool taken) => Check(Words with { CfgScale = decimal.Parse(scale) }, RequestField.CfgScale, taken);

    [Theory]
    [InlineData("16:9", true)]
    [InlineData("9:16", true)]
    [InlineData("1:1", true)]
    [InlineData("16:10", false)]
    [InlineData("", false)]
    public void The_shape_is_one_of_three(string ratio, bool taken) => Check(Words with { AspectRatio = ratio }, RequestField.AspectRatio, taken);

    [Fact]
    public void With_a_picture_the_shape_is_the_pictures_and_whatever_is_said_about_it_is_passed_over() =>
        Assert.Null(Accepted(Picture with { AspectRatio = "4:3" }).AspectRatio);

    [Theory]
    [InlineData("auto", true)]
    [InlineData("value", true)]
    [InlineData("official", true)]
    [InlineData("kling-b", true)]
    [InlineData("animatic", true)]
    [InlineData("Auto", false)]
    [InlineData("", false)]
    [InlineData("kling", false)]
    public void The_provider_is_a_strategy_or_a_configured_name(string provider, bool taken) => Check(Words with { Provider = provider }, RequestField.Provider, taken);

    [Fact]
    public void A_wrong_provider_is_told_all_that_would_do() => Assert.Equal(
        "must be one of auto, value, official, animatic, kling-b", Assert.Single(Refused(Words with { Provider = "nobody" })).Rule);

    [Fact]
    public void A_long_value_is_shown_cut_and_never_between_the_halves_of_a_character()
    {
        Assert.Equal("short", new RequestFault(RequestField.Mode, "must", "short").ShownValue);
        Assert.Equal(new string('x', 80) + "…", new RequestFault(RequestField.Mode, "must", new string('x', 81)).ShownValue);
        Assert.Equal(new string('x', 79) + "…", new RequestFault(RequestField.Mode, "must", new string('x', 79) + "😀😀").ShownValue);
        Assert.Null(new RequestFault(RequestField.Mode, "must").ShownValue);
    }

    private static void Check(GenerationDraft draft, RequestField field, bool taken)
    {
        if (taken)
        {
            Accepted(draft);
        }
        else
        {
            Assert.Equal(field, Assert.Single(Refused(draft)).Field);
        }
    }

    private static GenerationRequest Accepted(GenerationDraft draft)
    {
        var request = GenerationRules.Check(draft, Providers, out var faults);
        Assert.Empty(faults);
        Assert.NotNull(request);
        return request;
    }

    private static ImmutableArray<RequestFault> Refused(GenerationDraft draft)
    {
        Assert.Null(GenerationRules.Check(draft, Providers, out var faults));
        return faults;
    }

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
