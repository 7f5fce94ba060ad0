using System.CommandLine;
using System.Globalization;
using Filmgate.Torture.Driver;
using Filmgate.Torture.Provider;
using Filmgate.Torture.Receiver;

return args switch
{
    [ProviderProcess.Command, var book, var clip, var seed, .. var more] =>
        await ProviderProcess.RunAsync(book, clip, int.Parse(seed, CultureInfo.InvariantCulture), holds: more is [ProviderProcess.Holding]),
    [ReceiverProcess.Command, var book, var seed] => await ReceiverProcess.RunAsync(book, int.Parse(seed, CultureInfo.InvariantCulture)),
    [RunCommand.Name, ..] => await RunCommand.Create().Parse(args[1..]).InvokeAsync(),
    _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
};
