using Filmgate.Animatic.Camera;
using Filmgate.Animatic.Pictures;
using SkiaSharp;

namespace Filmgate.Animatic.Frames;

/// <summary>Frames of one picture under a moving camera, or of two that dissolve while it moves.</summary>
/// <remarks>
/// The first frame is the start picture and the last one the end picture, both seen straight on. The end picture hangs where
/// the camera will stand at the end, so that one path serves both.
/// </remarks>
internal sealed class PictureFrames : IFrameSource
{
    // The dissolve takes the middle of the clip, so that each picture is seen alone for a while.
    private const double DissolveFrom = 0.2;
    private const double DissolveTo = 0.8;

    private readonly PlaneMap[] startMaps;
    private readonly PlaneMap[] endMaps;
    private readonly Hanging start;
    private readonly Hanging? end;
    private readonly SampleRow row;
    private readonly SampleRow otherRow;

    /// <summary>Prepares the frames.</summary>
    /// <param name="startPicture">Exactly as large as the frame.</param>
    /// <param name="endPicture">Exactly as large as the frame, or null.</param>
    /// <param name="path">The camera's path over the start picture.</param>
    /// <param name="frames">Number of frames.</param>
    public PictureFrames(SKBitmap startPicture, SKBitmap? endPicture, CameraPath path, int frames)
    {
        Size = new FrameSize(startPicture.Width, startPicture.Height);
        FrameCount = frames;
        startMaps = new PlaneMap[frames];
        for (int frame = 0; frame < frames; frame++)
            startMaps[frame] = PlaneMap.Of(path.At(frame), Size);

        endMaps = [];
        if (endPicture is not null)
        {
            PlaneMap fromTheEnd = startMaps[^1].Inverse();
            endMaps = Array.ConvertAll(startMaps, map => map.Then(fromTheEnd));

            // Rounding in the inverse would blur the last frame by a billionth of a pixel and cost the exact path.
            endMaps[^1] = PlaneMap.Of(CameraPose.Whole, Size);
        }

        start = new Hanging(startPicture, Size, VisibleMaps(startMaps, frame => endPicture is null || EndShare(frame) < 1));
        end = endPicture is null ? null : new Hanging(endPicture, Size, VisibleMaps(endMaps, frame => EndShare(frame) > 0));
        row = new SampleRow(Size.Width);
        otherRow = new SampleRow(Size.Width);
    }

    /// <inheritdoc/>
    public FrameSize Size { get; }

    /// <inheritdoc/>
    public int FrameCount { get; }

    /// <inheritdoc/>
    public void Render(int frame, PlanarFrame target)
    {
        double share = end is null ? 0 : EndShare(frame);
        for (int plane = 0; plane < 3; plane++)
        {
            int width = plane == 0 ? Size.Width : Size.Width / 2;
            int height = plane == 0 ? Size.Height : Size.Height / 2;
            int offset = target.OffsetOf(plane);
            PlaneMap startMap = start.MapFor(startMaps[frame], plane);
            PlaneMap endMap = share > 0 ? end!.MapFor(endMaps[frame], plane) : default;
            for (int y = 0; y < height; y++)
            {
                if (share < 1)
                    Sample(start, startMap, plane, y, width, row);
                if (share > 0)
                    Sample(end!, endMap, plane, y, width, share < 1 ? otherRow : row);
                if (share is > 0 and < 1)
                    row.Mix(otherRow, share, width);
                row.Write(target.Bytes.AsSpan(offset + y * width, width));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static void Sample(Hanging picture, in PlaneMap map, int plane, int y, int width, SampleRow into) =>
        picture.Sampler.Sample(picture.Planes.Plane(plane), map, y, 0, width, into);

    private double EndShare(int frame)
    {
        if (FrameCount == 1)
            return 1;
        double along = Math.Clamp(((double)frame / (FrameCount - 1) - DissolveFrom) / (DissolveTo - DissolveFrom), 0, 1);
        return along * along * (3 - 2 * along);
    }

    private static IEnumerable<PlaneMap> VisibleMaps(PlaneMap[] maps, Func<int, bool> visible) =>
        maps.Where((_, frame) => visible(frame));

    /// <summary>A picture with as much surround as the camera looks past its edges.</summary>
    private sealed class Hanging
    {
        private readonly int left;
        private readonly int top;

        public Hanging(SKBitmap picture, FrameSize size, IEnumerable<PlaneMap> maps)
        {
            (left, top) = Surround.Needed(maps, size);
            if (left == 0 && top == 0)
            {
                Planes = ColourPlanes.Of(picture, covered: false);
                return;
            }

            using SKBitmap surrounded = Surround.Around(picture, left, top);
            Planes = ColourPlanes.Of(surrounded, covered: false);
        }

        public ColourPlanes Planes { get; }

        public LineSampler Sampler { get; } = new();

        public PlaneMap MapFor(PlaneMap map, int plane)
        {
            PlaneMap shifted = map.Shifted(left, top);
            return plane == 0 ? shifted.ForLuma() : shifted.ForChroma();
        }
    }
}
