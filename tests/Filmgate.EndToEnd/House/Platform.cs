using System.Runtime.Versioning;

// The tests read /proc and send signals.
[assembly: SupportedOSPlatform("linux")]
