using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Filmgate.Model.Providers;

namespace Filmgate.Engine.Routing;

/// <summary>The configured providers by name.</summary>
public sealed class ProviderDirectory(IEnumerable<IVideoProvider> providers)
{
    private readonly FrozenDictionary<string, IVideoProvider> _byName = providers.ToFrozenDictionary(provider => provider.Name, StringComparer.Ordinal);

    /// <summary>All of them, by name.</summary>
    public ImmutableArray<IVideoProvider> All => [.. _byName.Values.OrderBy(provider => provider.Name, StringComparer.Ordinal)];

    /// <summary>Their names.</summary>
    public IReadOnlyCollection<string> Names => _byName.Keys;

    /// <summary>The provider of that name; false when it is not (or no longer) configured.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out IVideoProvider provider) => _byName.TryGetValue(name, out provider);
}
