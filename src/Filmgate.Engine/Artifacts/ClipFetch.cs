using Filmgate.Engine.Egress;
using Filmgate.Model.Providers;

namespace Filmgate.Engine.Artifacts;

/// <summary>Brings the bytes of a clip to a file on our disk. A body that breaks off is continued where it broke, where the server can, else begun anew.</summary>
public sealed class ClipFetch(GuardedHttp http)
{
    /// <summary>Largest clip that is taken, in bytes: ten times what a 10 s clip at 1080p needs.</summary>
    public const long LengthMax = 512L * 1024 * 1024;

    /// <summary>Most answers that one fetch is made of. Each must have brought something, so a server that gives nothing is left at once.</summary>
    public const int AnswersMax = 5;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    /// <summary>Fetches.</summary>
    /// <param name="location">Where the clip is.</param>
    /// <param name="target">The file to be made.</param>
    /// <param name="provider">The provider that made it, for clips behind its own door.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// Whether the end of the file is known to be its end. A body without a length that is not chunked ends when the connection does, so only
    /// its content can tell.
    /// </returns>
    /// <exception cref="EgressException">An address did not bring it.</exception>
    /// <exception cref="UpstreamException">The provider's door did not bring it.</exception>
    /// <exception cref="FileNotFoundException">The renderer's file is gone.</exception>
    public async ValueTask<bool> ToFileAsync(ClipLocation location, string target, IVideoProvider provider, CancellationToken cancellationToken)
    {
        switch (location)
        {
            case ClipLocation.LocalFile local:
                // Copied rather than moved: should we stop before the row is committed, the renderer's file is still there.
                File.Copy(local.Path, target);
                return true;
            case ClipLocation.Url url:
                return await FromUrlAsync(new Uri(url.Address), target, cancellationToken).ConfigureAwait(false);
            case ClipLocation.AtProvider atProvider:
                var copy = NewFile(target);
                await using (copy.ConfigureAwait(false))
                {
                    await provider.CopyClipAsync(atProvider.Reference, copy, LengthMax, cancellationToken).ConfigureAwait(false);
                }

                return false;
            default:
                throw new InvalidOperationException($"No case is written for {location.GetType().Name}.");
        }
    }

    private async ValueTask<bool> FromUrlAsync(Uri address, string target, CancellationToken cancellationToken)
    {
        var file = NewFile(target);
        await using (file.ConfigureAwait(false))
        {
            RestOfFile? rest = null;
            for (var answers = 1; ; answers++)
            {
                long begin = 0;
                string? version = null;
                try
                {
                    using var answer = await http.GetAsync(address, cancellationToken, Timeout, rest).ConfigureAwait(false);
                    begin = answer.Offset;
                    version = answer.Validator;
                    file.SetLength(begin);
                    file.Position = begin;
                    await answer.CopyToAsync(file, LengthMax - begin, cancellationToken).ConfigureAwait(false);
                    return answer.IsEndTold;
                }
                catch (EgressException error) when (answers < AnswersMax && file.Position > begin && error.Failure is EgressFailure.BrokenBody or EgressFailure.Timeout)
                {
                    rest = version is null ? null : new RestOfFile(file.Position, version);
                }
                catch (EgressException error) when (answers < AnswersMax && rest is not null && error.StatusCode is 206 or 416)
                {
                    // It cannot give the rest after all.
                    rest = null;
                }
            }
        }
    }

    private static FileStream NewFile(string path) =>
        new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
}
