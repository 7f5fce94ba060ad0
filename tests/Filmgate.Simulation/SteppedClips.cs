using System.Security.Cryptography;
using System.Text;
using Filmgate.Engine.Artifacts;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Simulation;

/// <summary>Takes clips in without files: the address is the clip. Fetching may fail in each way there is.</summary>
internal sealed class SteppedClips(Node node, Turnstile turnstile, World world, IdSource ids) : IClipIntake
{
    public ValueTask<ClipOutcome> TakeInAsync(VideoTask task, ClipLocation location, IVideoProvider provider, CancellationToken cancellationToken) =>
        turnstile.PassAsync(node, $"fetches {location}", _ => ValueTask.FromResult(Fetch(location)));

    private ClipOutcome Fetch(ClipLocation location)
    {
        if (world.Chance.NextDouble() < world.Trouble)
        {
            switch (world.Chance.Next(8))
            {
                case 0:
                    return new ClipOutcome.WrongKind("The clip is of another kind.");
                case 1:
                    return new ClipOutcome.LinkDead("The clip's address is dead.");
                case 2:
                    return new ClipOutcome.Unusable("The clip cannot be used.");
                case 3:
                    throw new IOException("The disk is full.");
                default:
                    return new ClipOutcome.Unfetched("The clip could not be fetched.", world.Chance.Next(2) == 0 ? TimeSpan.FromSeconds(7) : null);
            }
        }

        return new ClipOutcome.Stored(new Clip
        {
            Id = ids.NewClip(),
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(location.ToString()!))),
            Length = 1000,
            Width = 1280,
            Height = 720,
            Duration = TimeSpan.FromSeconds(5),
            Frames = 120,
            ExpiresAt = world.Now.AddDays(15),
        });
    }
}
