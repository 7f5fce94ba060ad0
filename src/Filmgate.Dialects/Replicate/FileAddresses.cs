using Filmgate.Model.Gateway;

namespace Filmgate.Dialects.Replicate;

/// <summary>
/// The addresses of files: clients upload a picture, and put <c>urls.get</c> of the answer into <c>input</c> as its value. The house knows
/// uploads by addresses of its own.
/// </summary>
internal sealed class FileAddresses(IPublicAddress address, IUploadDesk uploads)
{
    private string Prefix => string.Concat(address.Value, Wire.Base, Wire.Files, "/");

    /// <summary>The address of an upload's file.</summary>
    public string Of(Upload upload) => Prefix + OpaqueIds.Of(upload.Id);

    /// <summary>The house's address of the upload, for an address of a file; every other text stays as it is.</summary>
    public string Resolve(string text) =>
        text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && OpaqueIds.Upload(text[Prefix.Length..]) is { } id ? uploads.AddressOf(id) : text;
}
