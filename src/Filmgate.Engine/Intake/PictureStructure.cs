namespace Filmgate.Engine.Intake;

/// <summary>What walking over a picture file found.</summary>
internal struct PictureStructure()
{
    /// <summary>Stored pixels from left to right; 0 as long as it is not known.</summary>
    public int Width { get; set; }

    /// <summary>Stored pixels from top to bottom; 0 as long as it is not known.</summary>
    public int Height { get; set; }

    /// <summary>EXIF orientation, 1 to 8.</summary>
    public int Orientation { get; set; } = 1;

    /// <summary>What is wrong with the file, to be read after its name; null when it is whole.</summary>
    public string? Fault { get; set; }
}
