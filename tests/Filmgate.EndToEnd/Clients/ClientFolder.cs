using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Clients;

/// <summary>
/// A folder in which Node finds the modules of <c>tests/clients</c>, the examples of one page of <c>docs/clients</c> and the packages that
/// <c>eng/install-clients</c> has installed.
/// </summary>
internal sealed partial class ClientFolder : IDisposable
{
    /// <summary>The address that pages print, in whose place the examples get the server's.</summary>
    private const string PrintedAddress = "http://127.0.0.1:8080";

    private readonly TemporaryFolder _folder = new();

    private ClientFolder()
    {
    }

    /// <summary>Where it is.</summary>
    public string Path => _folder.Path;

    /// <summary>Where the vendors' clients are installed.</summary>
    public static string Packages { get; } = System.IO.Path.Combine(Root(), "artifacts", "clients", "node_modules");

    /// <summary>Makes one.</summary>
    /// <param name="page">
    /// A file of <c>docs/clients</c> whose blocks of JavaScript become modules: under the name that a comment in their first line gives, such as
    /// <c>// client.mjs</c>, else <c>page-1.mjs</c>, <c>page-2.mjs</c> …; null for none.
    /// </param>
    /// <param name="address">The server's address, without a slash at the end.</param>
    public static ClientFolder Make(string? page, string address)
    {
        Assert.True(Directory.Exists(Packages), $"The vendors' clients are not in {Packages}; run eng/install-clients, which ./test does by itself.");
        var folder = new ClientFolder();
        foreach (var module in Directory.GetFiles(System.IO.Path.Combine(Root(), "tests", "clients"), "*.mjs"))
        {
            File.Copy(module, folder._folder[System.IO.Path.GetFileName(module)]);
        }

        Directory.CreateSymbolicLink(folder._folder["node_modules"], Packages);
        if (page is not null)
        {
            var examples = ExamplePattern().Matches(File.ReadAllText(System.IO.Path.Combine(Root(), "docs", "clients", page)));
            Assert.NotEmpty(examples);
            foreach (var (index, example) in examples.Index())
            {
                var code = example.Groups[1].Value;
                var name = NamePattern().Match(code.Split('\n')[0]) is { Success: true } named ? named.Groups[1].Value : $"page-{index + 1}.mjs";
                File.WriteAllText(folder._folder[name], code.Replace(PrintedAddress, address, StringComparison.Ordinal));
            }
        }

        return folder;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private static string Root([CallerFilePath] string here = "")
    {
        for (var folder = Directory.GetParent(here); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Filmgate.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests must lie within the repository.");
    }

    [GeneratedRegex(@"^```(?:js|javascript)[^\n]*\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex ExamplePattern();

    [GeneratedRegex(@"^// ([a-z-]+\.mjs)$", RegexOptions.Multiline)]
    private static partial Regex NamePattern();
}
