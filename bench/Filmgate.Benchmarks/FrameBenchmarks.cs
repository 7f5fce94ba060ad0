using BenchmarkDotNet.Attributes;
using Filmgate.Animatic;
using Filmgate.Animatic.Frames;
using Filmgate.Animatic.Scenes;

namespace Filmgate.Benchmarks;

/// <summary>One 1080p frame, slate included, and the preparation of a clip.</summary>
public class FrameBenchmarks : IDisposable
{
    private readonly AnimaticRenderer _renderer = new(new AnimaticOptions(), new ScenePainter());
    private readonly IFrameSource _picture;
    private readonly IFrameSource _scene;
    private readonly PlanarFrame _pictureFrame;
    private readonly PlanarFrame _sceneFrame;
    private int _number;

    /// <summary>Prepares.</summary>
    public FrameBenchmarks()
    {
        _picture = _renderer.OpenFrames(PictureShot);
        _scene = _renderer.OpenFrames(SceneShot);
        _pictureFrame = new PlanarFrame(_picture.Size);
        _sceneFrame = new PlanarFrame(_scene.Size);
    }

    private static AnimaticShot SceneShot { get; } = new()
    {
        Prompt = "A harbour at dawn, light fog, gulls, a sailing boat and a lighthouse; slow push in",
        Resolution = FrameResolution.P1080,
        DurationSeconds = 5,
    };

    private static AnimaticShot PictureShot { get; } = SceneShot with { Prompt = "Slow push in", StartPicturePath = SamplePicture() };

    /// <summary>A frame of a picture.</summary>
    [Benchmark]
    public void PictureFrame() => _picture.Render(++_number % _picture.FrameCount, _pictureFrame);

    /// <summary>A frame of a drawn scene.</summary>
    [Benchmark]
    public void SceneFrame() => _scene.Render(++_number % _scene.FrameCount, _sceneFrame);

    /// <summary>What a clip from a picture costs before its first frame.</summary>
    [Benchmark]
    public void OpenPicture() => _renderer.OpenFrames(PictureShot).Dispose();

    /// <summary>What a clip from text costs before its first frame: the painting.</summary>
    [Benchmark]
    public void OpenScene() => _renderer.OpenFrames(SceneShot).Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        _picture.Dispose();
        _scene.Dispose();
        GC.SuppressFinalize(this);
    }

    private static string SamplePicture()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Filmgate.slnx")))
        {
            at = at.Parent ?? throw new InvalidOperationException("Run the benchmarks from inside the repository.");
        }

        return Path.Combine(at.FullName, "samples/harbour.jpg");
    }
}
