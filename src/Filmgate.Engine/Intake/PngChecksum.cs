namespace Filmgate.Engine.Intake;

/// <summary>The CRC-32 of PNG chunks (PNG specification, annex D; polynomial EDB88320, reflected).</summary>
internal struct PngChecksum()
{
    private static readonly uint[] Table = MakeTable();
    private uint _state = 0xFFFF_FFFF;

    /// <summary>The checksum of all bytes so far.</summary>
    public readonly uint Value => ~_state;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var state = _state;
        foreach (var b in bytes)
            state = Table[(byte)(state ^ b)] ^ (state >> 8);
        _state = state;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1;
            table[i] = value;
        }
        return table;
    }
}
