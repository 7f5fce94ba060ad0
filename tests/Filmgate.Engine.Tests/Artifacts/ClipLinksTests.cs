using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Tests.Artifacts;

public sealed class ClipLinksTests : IDisposable
{
    private static readonly ClipId Id = new("clip_1");
    private readonly string _folder = Directory.CreateTempSubdirectory("filmgate-links-").FullName;
    private readonly ClipLinks _links;

    public ClipLinksTests() => _links = NewLinks(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_link_of_ours_is_signed_for_its_path_and_expiry()
    {
        var (path, expires, signature) = Parts(_links.Clip(Id, House.Start));
        Assert.Equal(("/artifacts/clip_1.mp4", House.Start.ToUnixTimeSeconds().ToString()), (path, expires));
        Assert.True(_links.IsSigned(path, expires, signature));
        Assert.True(NewLinks(_folder).IsSigned(path, expires, signature), "A link is worthless after a restart.");
    }

    [Fact]
    public void No_part_of_a_link_can_be_changed()
    {
        var (path, expires, signature) = Parts(_links.Clip(Id, House.Start));
        Assert.False(_links.IsSigned("/artifacts/clip_2.mp4", expires, signature));
        Assert.False(_links.IsSigned("/artifacts/clip_1.jpg", expires, signature));
        Assert.False(_links.IsSigned("/artifacts/CLIP_1.mp4", expires, signature));
        Assert.False(_links.IsSigned(path + "/", expires, signature));
        Assert.False(_links.IsSigned(path, expires + "0", signature));
        Assert.False(_links.IsSigned(path, "0" + expires, signature));
        Assert.False(_links.IsSigned(path, " " + expires, signature));
        Assert.False(_links.IsSigned(path + "\n" + expires, "", signature));
        Assert.False(_links.IsSigned(path, expires, signature[..^1]));
        Assert.False(_links.IsSigned(path, expires, signature + "="));
        Assert.False(_links.IsSigned(path, expires, signature.ToUpperInvariant()));
        Assert.False(_links.IsSigned(path, expires, new string('A', 10_000)));
        Assert.False(_links.IsSigned(path, expires, ""));
        Assert.False(_links.IsSigned(path, expires, null));
        Assert.False(_links.IsSigned(path, null, signature));
    }

    [Fact]
    public void Every_character_of_the_signature_counts()
    {
        var (path, expires, signature) = Parts(_links.Poster(Id, House.Start));
        for (var i = 0; i < signature.Length - 1; i++)
        {
            var changed = signature[..i] + (signature[i] == 'A' ? 'B' : 'A') + signature[(i + 1)..];
            Assert.False(_links.IsSigned(path, expires, changed), $"Character {i} of the signature does not count.");
        }
    }

    [Fact]
    public void Another_houses_signature_is_not_ours()
    {
        var other = Directory.CreateTempSubdirectory("filmgate-links-").FullName;
        var (path, expires, signature) = Parts(NewLinks(other).Clip(Id, House.Start));
        Assert.False(_links.IsSigned(path, expires, signature));
        Directory.Delete(other, recursive: true);
    }

    [Fact]
    public void Before_the_address_is_known_no_link_is_given_out()
    {
        var address = new PublicAddressHolder();
        Assert.False(address.IsKnown);
        Assert.Throws<InvalidOperationException>(() => new ClipLinks(SigningKey.Open(_folder), address).Clip(Id, House.Start));
        address.Value = "http://127.0.0.1:8080/";
        Assert.StartsWith("http://127.0.0.1:8080/artifacts/", new ClipLinks(SigningKey.Open(_folder), address).Clip(Id, House.Start), StringComparison.Ordinal);
    }

    private static ClipLinks NewLinks(string folder) => new(SigningKey.Open(folder), new PublicAddressHolder { Value = "https://gate.example" });

    private static (string Path, string Expires, string Signature) Parts(string link)
    {
        var address = new Uri(link);
        var query = address.Query[1..].Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return (address.AbsolutePath, query["expires"], query["signature"]);
    }
}
