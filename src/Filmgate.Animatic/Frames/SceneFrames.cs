using Filmgate.Animatic.Camera;

namespace Filmgate.Animatic.Frames;

/// <summary>Frames of a drawn scene: its layers one over the other, each moved by the camera as its depth says and by its own drift and sway.</summary>
/// <remarks>
/// Per row of the frame: the layers at the back that never move are drawn once for the whole clip; layers hidden by one that
/// covers the whole row are left out; of the others only the columns where they are visible are touched.
/// </remarks>
internal sealed class SceneFrames : IFrameSource
{
    private readonly LayerPlanes[] layers;
    private readonly PlaneMap[][] maps;
    private readonly PlanarFrame backdrop;
    private readonly int firstMoving;
    private readonly SampleRow row;
    private readonly SampleRow layerRow;
    private readonly SampleRow coverageRow;

    /// <summary>Prepares the frames; the scene can be disposed afterwards.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="path">The camera's path over it.</param>
    /// <param name="frames">Number of frames.</param>
    public SceneFrames(Scene scene, CameraPath path, int frames)
    {
        Size = new FrameSize(scene.Width, scene.Height);
        FrameCount = frames;
        row = new SampleRow(Size.Width);
        layerRow = new SampleRow(Size.Width);
        coverageRow = new SampleRow(Size.Width);
        layers = [.. scene.Layers.Select(layer => new LayerPlanes(layer, Size))];
        maps = [.. layers.Select(layer => Enumerable.Range(0, frames).Select(frame => layer.MapAt(path.At(frame), frame, Size)).ToArray())];

        backdrop = new PlanarFrame(Size);
        backdrop.Luma.Fill(16);
        backdrop.Cb.Fill(128);
        backdrop.Cr.Fill(128);
        int still = 0;
        while (still < layers.Length && maps[still].All(map => map == maps[still][0]))
            still++;

        // Each pass reads the backdrop and writes it back, row by row, so one frame serves as both.
        Compose(0, 0, still, backdrop);
        firstMoving = still;
    }

    /// <inheritdoc/>
    public FrameSize Size { get; }

    /// <inheritdoc/>
    public int FrameCount { get; }

    /// <inheritdoc/>
    public void Render(int frame, PlanarFrame target) => Compose(frame, firstMoving, layers.Length, target);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Compose(int frame, int from, int to, PlanarFrame target)
    {
        var planeMaps = new PlaneMap[to];
        for (int plane = 0; plane < 3; plane++)
        {
            for (int i = from; i < to; i++)
                planeMaps[i] = plane == 0 ? maps[i][frame].ForLuma() : maps[i][frame].ForChroma();

            int width = plane == 0 ? Size.Width : Size.Width / 2;
            int height = plane == 0 ? Size.Height : Size.Height / 2;
            for (int y = 0; y < height; y++)
            {
                int offset = target.OffsetOf(plane) + y * width;
                ComposeRow(planeMaps, from, to, plane, y, backdrop.Bytes.AsSpan(offset, width), target.Bytes.AsSpan(offset, width));
            }
        }
    }

    private void ComposeRow(PlaneMap[] planeMaps, int from, int to, int plane, int y, ReadOnlySpan<byte> behind, Span<byte> target)
    {
        // 1. Find the nearest layer that covers the whole row.
        int lowest = to - 1;
        while (lowest >= from && !layers[lowest].CoversRow(planeMaps[lowest], plane, y, target.Length))
            lowest--;

        bool begun = lowest >= from;
        if (begun)
            layers[lowest].Sampler.Sample(layers[lowest].Planes.Plane(plane), planeMaps[lowest], y, 0, target.Length, row);

        // 2. Lay the nearer ones over it.
        for (int i = Math.Max(lowest + 1, from); i < to; i++)
        {
            if (!layers[i].VisibleColumns(planeMaps[i], plane, y, target.Length, out int first, out int count))
                continue;
            if (!begun)
                row.Read(behind);
            begun = true;
            layers[i].Sampler.Sample(layers[i].Planes.CoverageOf(plane)!, planeMaps[i], y, first, count, coverageRow);
            layers[i].Sampler.Sample(layers[i].Planes.Plane(plane), planeMaps[i], y, first, count, layerRow);
            row.Cover(layerRow, coverageRow, first, count);
        }

        // 3. Where nothing moves, the backdrop is the row.
        if (begun)
            row.Write(target);
        else
            behind.CopyTo(target);
    }
}
