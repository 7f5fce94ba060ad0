using Filmgate.Cli;

using var interruption = new Interruption();
return await CliApplication.RunAsync(args, CliTerminal.OfProcess(), interruption.Token);
