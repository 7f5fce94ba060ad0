using System.Collections.Immutable;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Fal;
using Filmgate.Dialects.Kie;
using Filmgate.Dialects.Kling;
using Filmgate.Dialects.OpenAiVideos;
using Filmgate.Dialects.Replicate;
using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Upstream;

/// <summary>The dialects that have an outbound half, each named once.</summary>
public static class ProviderDialects
{
    /// <summary>All of them, by name.</summary>
    public static ImmutableArray<IProviderDialect> All { get; } =
    [
        new ApixoDialect(),
        new FalDialect(),
        new FilmgateDialect(),
        new KieDialect(),
        new KlingDialect(),
        new OpenAiVideosDialect(),
        new ReplicateDialect(),
    ];

    /// <summary>The dialect of that name, or null.</summary>
    public static IProviderDialect? Find(string name) => All.FirstOrDefault(dialect => dialect.Name == name);
}
