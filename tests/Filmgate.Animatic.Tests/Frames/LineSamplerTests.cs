using Filmgate.Animatic.Camera;
using Filmgate.Animatic.Frames;

namespace Filmgate.Animatic.Tests.Frames;

public sealed class LineSamplerTests
{
    [Theory]
    [InlineData(0, 0, 1, 0)]
    [InlineData(0.013, -0.007, 1, 0)]
    [InlineData(0.05, 0.02, 1.21, 0)]
    [InlineData(-0.03, 0.04, 0.72, 0)]
    [InlineData(0.02, -0.01, 1.1, 0.02)]
    [InlineData(-0.02, 0.01, 0.9, -0.03)]
    [InlineData(0.6, -0.7, 1.05, 0)]
    [InlineData(0, 0, 1.0000001, 0)]
    public void Samples_lie_where_the_map_says(double x, double y, double scale, double rotation)
    {
        // A plane that is nearly linear shows each sample's place in its value.
        var size = new FrameSize(202, 118);
        var plane = new SamplePlane(size.Width, size.Height);
        for (int row = 0; row < plane.Height; row++)
        {
            for (int column = 0; column < plane.Width; column++)
                plane.Row(row)[column] = (short)Math.Round(Value(column, row) * FixedPoint.One);
        }

        PlaneMap map = PlaneMap.Of(new CameraPose(x, y, scale, rotation), size).ForLuma();
        var sampler = new LineSampler();
        var line = new SampleRow(size.Width);
        for (int row = 0; row < size.Height; row++)
        {
            sampler.Sample(plane, map, row, 0, size.Width, line);
            for (int column = 0; column < size.Width; column++)
            {
                (double u, double v) = map.At(column, row);
                double expected = Value(Math.Clamp(u, 0, size.Width - 1), Math.Clamp(v, 0, size.Height - 1));
                Assert.True(Math.Abs(expected - line[column]) < 0.2, $"At {column}, {row}: {line[column]} instead of {expected}.");
            }
        }
    }

    [Fact]
    public void A_plane_seen_straight_on_comes_out_unchanged()
    {
        var plane = new SamplePlane(50, 6);
        var random = new Random(5);
        foreach (ref short sample in plane.Samples.AsSpan())
            sample = (short)(random.Next(256) * FixedPoint.One);
        var line = new SampleRow(50);
        new LineSampler().Sample(plane, PlaneMap.Of(CameraPose.Whole, new FrameSize(50, 6)).ForLuma(), 3, 0, 50, line);
        var bytes = new byte[50];
        line.Write(bytes);
        Assert.Equal(plane.Row(3).ToArray(), Array.ConvertAll(bytes, value => (short)(value * FixedPoint.One)));
    }

    private static double Value(double column, double row) => 20 + column + 0.1 * row;
}
