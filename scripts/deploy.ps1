# npm run deploy, from any folder; docs/deploying.md.
$npm = if ($IsWindows -eq $false) { "npm" } else { "npm.cmd" } # npm.ps1 loses the two hyphens
Push-Location (Join-Path $PSScriptRoot "..")
try { & $npm run deploy -- @args; $code = $LASTEXITCODE } finally { Pop-Location }
exit $code
